package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import weft.schema.Bundle;

/** The heading of a bundle: who, when, why, from where. Thread-safe: functions only. */
final class BundleText {
    private BundleText() {}

    static void print(Bundle bundle, long nowMillis, Terminal terminal) {
        Instant time = Instant.ofEpochMilli(bundle.getTimestamp());
        terminal.print("bundle " + bundle.getRevision() + "   " + time + " ("
                + Durations.age(nowMillis - bundle.getTimestamp()) + " ago)");
        String host = bundle.getHost().isEmpty() ? "" : " on " + bundle.getHost();
        row("by", (bundle.getAuthor().isEmpty() ? "nobody named" : bundle.getAuthor()) + host, terminal);
        row("why", bundle.getMessage(), terminal);
        row("commit", bundle.getGitCommit(), terminal);
        row("with", bundle.getAgent(), terminal);
        row("id", bundle.getBundleId(), terminal);
    }

    private static void row(String heading, String text, Terminal terminal) {
        if (!text.isEmpty()) {
            terminal.print(Table.safe("  " + heading + " ".repeat(8 - heading.length()) + text));
        }
    }

    static ObjectNode write(Bundle bundle, ObjectNode node) {
        return node.put("bundle", bundle.getRevision())
                .put("id", bundle.getBundleId())
                .put("time", Instant.ofEpochMilli(bundle.getTimestamp()).toString())
                .put("author", bundle.getAuthor())
                .put("host", bundle.getHost())
                .put("message", bundle.getMessage())
                .put("gitCommit", bundle.getGitCommit())
                .put("agent", bundle.getAgent());
    }
}
