package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weft.log.ApplyReport;
import weft.log.BundleDraft;
import weft.log.ConflictException;
import weft.log.PublishResult;
import weft.log.PublishResult.Outcome;
import weft.log.RulePublisher;
import weft.publish.log.MeshAddress;
import weft.rules.RuleKey;

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
        ProxyAnswers answers = answers(published);
        ApplyReport report = answers.await(session.roster(), published.revision(), published.commitOffset(), patience);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - published.ackNanos());
        Result result = new Result(published, report, answers.exitCode(report));
        tell(result, millis);
        return result;
    }

    private ProxyAnswers answers(PublishResult published) {
        return new ProxyAnswers(
                terminal,
                published.resources().stream().map(r -> r.key().toString()).collect(Collectors.toSet()));
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

    private void tell(Result result, long millis) {
        if (json) {
            terminal.print(document(result, millis).toString());
        } else {
            terminal.print(headline(result, millis));
        }
        session.publisher()
                .notices()
                .forEach(notice -> terminal.say(Table.safe("▲ not by the registry's id: " + notice)));
        ApplyReport report = result.report();
        if (report != null) {
            answers(result.published()).explain(report);
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
        long serving = answers(published).serving(report);
        return published.isPublished()
                ? bundle + " applied by " + serving + "/" + live + " proxies in " + millis + " ms"
                : bundle + " stands, served by " + serving + "/" + live + " proxies";
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
            ProxyAnswers.write(report, document);
        }
        return document;
    }
}
