package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.log.ApplyReport;
import weft.log.BundleDraft;
import weft.log.ConflictException;
import weft.log.PublishResult;
import weft.log.PublishResult.Outcome;
import weft.log.RulePublisher;
import weft.publish.log.MeshAddress;
import weft.rules.RuleKey;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;

/**
 * One bundle on its way: publishes it, says what became of each resource, waits for the proxies and says who serves it.
 * Confined to the command's thread.
 */
final class Publication {
    private final Terminal terminal;
    private final MeshAddress mesh;
    private final LogSession session;
    private final boolean json;

    Publication(Terminal terminal, MeshAddress mesh, LogSession session, boolean json) {
        this.terminal = terminal;
        this.mesh = mesh;
        this.session = session;
        this.json = json;
    }

    /**
     * What became of it all.
     *
     * @param report null when nobody was waited for
     */
    record Result(PublishResult published, @Nullable ApplyReport report, ExitCode exitCode) {}

    Result run(BundleDraft draft, Duration patience) {
        RulePublisher publisher = session.publisher();
        PublishResult published = publish(publisher, draft);
        if (!json) {
            published.resources().forEach(r -> terminal.print(words(r.key(), r.outcome())));
            terminal.out().flush();
        }
        if (patience.isZero() || published.revision() == 0) {
            Result result = new Result(published, null, ExitCode.OK);
            tell(result, 0);
            return result;
        }
        Progress progress = new Progress(terminal);
        ApplyReport report =
                session.roster().awaitApplied(published.revision(), patience, answer -> progress.answered());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - published.ackNanos());
        progress.clear();
        Result result = new Result(published, report, exitCode(report, published));
        tell(result, millis);
        return result;
    }

    private PublishResult publish(RulePublisher publisher, BundleDraft draft) {
        try {
            return publisher.publish(draft);
        } catch (ConflictException e) {
            throw Expectations.explain(e, mesh, terminal, json);
        }
    }

    static String words(RuleKey key, Outcome outcome) {
        String what =
                outcome == Outcome.NOT_FOUND ? "not found" : outcome.name().toLowerCase(Locale.ROOT);
        return key.kind().toLowerCase(Locale.ROOT) + "/" + key.name() + " " + what;
    }

    private static ExitCode exitCode(ApplyReport report, PublishResult published) {
        if (report.answers().stream().anyMatch(a -> rejects(a, published))) {
            return ExitCode.REJECTED;
        }
        boolean behind = report.answers().stream()
                .anyMatch(
                        a -> a.outcome() == ApplyReport.Outcome.SILENT || a.outcome() == ApplyReport.Outcome.DEGRADED);
        return behind ? ExitCode.TIMED_OUT : ExitCode.OK;
    }

    /** Whether a proxy rejects something of this bundle; what it rejects of older ones is not this bundle's fault. */
    private static boolean rejects(ApplyReport.Answer answer, PublishResult published) {
        if (answer.outcome() != ApplyReport.Outcome.REJECTED) {
            return false;
        }
        Set<String> keys = new HashSet<>(Set.of(""));
        published.resources().forEach(r -> keys.add(r.key().toString()));
        return answer.status().getRejections().stream().anyMatch(r -> keys.contains(r.getKey()));
    }

    private static boolean serves(ApplyReport.Answer answer, PublishResult published) {
        return answer.outcome() == ApplyReport.Outcome.APPLIED
                || (answer.outcome() == ApplyReport.Outcome.REJECTED && !rejects(answer, published));
    }

    private void tell(Result result, long millis) {
        if (json) {
            terminal.print(document(result, millis).toString());
        } else {
            terminal.print(headline(result, millis));
        }
        ApplyReport report = result.report();
        if (report != null) {
            report.answers().stream()
                    .filter(a -> a.outcome() != ApplyReport.Outcome.APPLIED)
                    .forEach(a -> explain(a, result.published()));
        }
    }

    private String headline(Result result, long millis) {
        PublishResult published = result.published();
        String bundle =
                "bundle " + published.revision() + " @ " + mesh.topics().rules() + ":" + published.commitOffset();
        ApplyReport report = result.report();
        if (published.revision() == 0) {
            return "nothing to publish";
        }
        if (report == null) {
            return bundle + (published.isPublished() ? " published" : " stands: nothing to publish");
        }
        int live = report.answers().size();
        if (live == 0) {
            return bundle + (published.isPublished() ? " published" : " stands") + "; no proxy is live";
        }
        long serving =
                report.answers().stream().filter(a -> serves(a, published)).count();
        return published.isPublished()
                ? bundle + " applied by " + serving + "/" + live + " proxies in " + millis + " ms"
                : bundle + " stands, served by " + serving + "/" + live + " proxies";
    }

    private void explain(ApplyReport.Answer answer, PublishResult published) {
        ProxyStatus status = answer.status();
        String proxy = Table.safe(status.getProxyId());
        switch (answer.outcome()) {
            case REJECTED -> {
                String mark = rejects(answer, published) ? "✘ " : "▲ ";
                for (Rejection rejection : status.getRejections()) {
                    terminal.say(
                            Table.safe(mark + proxy + " rejects " + rejection.getKey() + ": " + rejection.getText()));
                }
            }
            case DEGRADED -> {
                String why = status.getRejections().isEmpty()
                        ? ""
                        : ": " + status.getRejections().get(0).getText();
                terminal.say(Table.safe("▲ " + proxy + " cannot follow the log" + why));
            }
            case SILENT ->
                terminal.say("▲ " + proxy + " has not answered; it serves bundle "
                        + status.getAppliedRevision() + ", last heard of "
                        + Durations.age(System.currentTimeMillis() - status.getReportedAt()) + " ago");
            case APPLIED -> {}
        }
    }

    private ObjectNode document(Result result, long millis) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        PublishResult published = result.published();
        document.put("apiVersion", "weft/v1");
        document.put("bundle", published.revision());
        document.put("published", published.isPublished());
        document.put("topic", mesh.topics().rules());
        document.put("offset", published.commitOffset());
        ArrayNode resources = document.putArray("resources");
        for (PublishResult.Resource resource : published.resources()) {
            resources
                    .addObject()
                    .put("kind", resource.key().kind())
                    .put("namespace", resource.key().namespace())
                    .put("name", resource.key().name())
                    .put("outcome", resource.outcome().name().toLowerCase(Locale.ROOT));
        }
        ApplyReport report = result.report();
        if (report != null) {
            document.put("millis", millis);
            ArrayNode proxies = document.putArray("proxies");
            for (ApplyReport.Answer answer : report.answers()) {
                ObjectNode proxy = proxies.addObject();
                proxy.put("name", answer.status().getProxyId());
                proxy.put("outcome", answer.outcome().name().toLowerCase(Locale.ROOT));
                ArrayNode rejections = proxy.putArray("rejections");
                List<Rejection> rejected = answer.status().getRejections();
                rejected.forEach(
                        r -> rejections.addObject().put("key", r.getKey()).put("text", r.getText()));
            }
        }
        return document;
    }
}
