package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import weft.log.ApplyReport;
import weft.log.ProxyRoster;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;

/**
 * What the proxies make of one bundle: waits for them with a line that counts, and says who does not follow, and why.
 * Confined to the command's thread.
 */
final class ProxyAnswers {
    private final Terminal terminal;
    /** Record keys of the bundle, and the empty key of what concerns all of it. */
    private final Set<String> keys;

    /** @param keys of the bundle's resources: what a proxy rejects of older bundles is not this one's fault */
    ProxyAnswers(Terminal terminal, Set<String> keys) {
        this.terminal = terminal;
        this.keys = new HashSet<>(keys);
        this.keys.add("");
    }

    /** @param commitOffset of the bundle; -1 when it is not known */
    ApplyReport await(ProxyRoster roster, long revision, long commitOffset, Duration patience) {
        Progress progress = new Progress(terminal);
        ApplyReport report = roster.awaitApplied(revision, commitOffset, patience, progress::show);
        progress.clear();
        return report;
    }

    ExitCode exitCode(ApplyReport report) {
        if (report.answers().stream().anyMatch(a -> a.outcome() == ApplyReport.Outcome.SKIPPED || rejects(a))) {
            return ExitCode.REJECTED;
        }
        boolean behind = report.answers().stream()
                .anyMatch(
                        a -> a.outcome() == ApplyReport.Outcome.SILENT || a.outcome() == ApplyReport.Outcome.DEGRADED);
        return behind ? ExitCode.TIMED_OUT : ExitCode.OK;
    }

    private boolean rejects(ApplyReport.Answer answer) {
        return answer.outcome() == ApplyReport.Outcome.REJECTED
                && answer.status().getRejections().stream().anyMatch(r -> keys.contains(r.getKey()));
    }

    /** How many serve all of the bundle. */
    long serving(ApplyReport report) {
        return report.answers().stream()
                .filter(a -> a.outcome() == ApplyReport.Outcome.APPLIED
                        || (a.outcome() == ApplyReport.Outcome.REJECTED && !rejects(a)))
                .count();
    }

    /** Who does not serve it, and why. */
    void explain(ApplyReport report) {
        report.answers().forEach(this::explain);
    }

    private void explain(ApplyReport.Answer answer) {
        ProxyStatus status = answer.status();
        String proxy = Table.safe(status.getProxyId());
        switch (answer.outcome()) {
            case REJECTED -> {
                String mark = rejects(answer) ? "✘ " : "▲ ";
                for (Rejection rejection : status.getRejections()) {
                    terminal.say(
                            Table.safe(mark + proxy + " rejects " + rejection.getKey() + ": " + rejection.getText()));
                }
            }
            case SKIPPED ->
                terminal.say(Table.safe("✘ " + proxy + " skips the bundle" + because(answer) + "; it serves bundle "
                        + status.getAppliedRevision()));
            case DEGRADED -> {
                String why = !status.getDetail().isEmpty()
                        ? ": " + status.getDetail()
                        : status.getRejections().isEmpty()
                                ? ""
                                : ": " + status.getRejections().get(0).getText();
                terminal.say(Table.safe("▲ " + proxy + " cannot follow the log" + why));
            }
            case SILENT -> {
                String skipped = answer.skip() == null ? "" : "; it skipped one behind that" + because(answer);
                String waits = status.getDetail().isEmpty() ? "" : "; it says: " + status.getDetail();
                terminal.say(Table.safe("▲ " + proxy + " has not answered; it serves bundle "
                        + status.getAppliedRevision() + ", last heard of "
                        + Durations.age(System.currentTimeMillis() - status.getReportedAt()) + " ago" + skipped
                        + waits));
            }
            case APPLIED -> {}
        }
    }

    private static String because(ApplyReport.Answer answer) {
        Rejection skip = answer.skip();
        return skip == null ? "" : ": " + skip.getText();
    }

    static void write(ApplyReport report, ObjectNode document) {
        ArrayNode proxies = document.putArray("proxies");
        for (ApplyReport.Answer answer : report.answers()) {
            ObjectNode proxy = proxies.addObject();
            proxy.put("name", answer.status().getProxyId());
            proxy.put("outcome", answer.outcome().name().toLowerCase(Locale.ROOT));
            proxy.put("bundle", answer.status().getAppliedRevision());
            Rejection skip = answer.skip();
            if (skip != null) {
                proxy.putObject("skipped")
                        .put("code", skip.getCode())
                        .put("text", skip.getText())
                        .put("offset", skip.getOffset());
            }
            proxy.put("detail", answer.status().getDetail());
            ArrayNode rejections = proxy.putArray("rejections");
            List<Rejection> rejected = answer.status().getRejections();
            rejected.forEach(r -> rejections
                    .addObject()
                    .put("key", r.getKey())
                    .put("code", r.getCode())
                    .put("text", r.getText()));
        }
    }

    /** {@code 12/14 (2 behind: gw-3 serves 40, edge-9 serves 41)}. */
    static String progress(ApplyReport report, int shown) {
        List<ApplyReport.Answer> behind = report.with(ApplyReport.Outcome.SILENT);
        int live = report.answers().size();
        String counted = (live - behind.size()) + "/" + live;
        if (behind.isEmpty()) {
            return counted;
        }
        String names = behind.stream()
                .limit(shown)
                .map(a -> a.status().getProxyId() + " serves " + a.status().getAppliedRevision())
                .collect(Collectors.joining(", "));
        String more = behind.size() > shown ? ", …" : "";
        return Table.safe(counted + " (" + behind.size() + " behind: " + names + more + ")");
    }
}
