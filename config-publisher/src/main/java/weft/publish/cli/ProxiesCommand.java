package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.log.ProxyRoster;
import weft.publish.log.JournalReader;
import weft.publish.log.MeshAddress;
import weft.schema.Bundle;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;
import weft.schema.Verdict;

/** {@code weft proxies}: which proxy serves which rules. */
@Command(
        name = "proxies",
        header = {
            "Examples:",
            "  weft proxies            who serves what",
            "  weft proxies -w         again with each report",
            "  weft proxies -o wide    with host, table hash and version",
            ""
        },
        description = {
            "Shows which rules each proxy serves. Equal hashes mean equal rules.",
            "SYNCED serves the latest bundle, BEHIND an older one, REJECTED all but what it refused, DEGRADED cannot"
                    + " follow the log, SILENT has not reported for longer than its lease."
        },
        mixinStandardHelpOptions = true)
final class ProxiesCommand implements Callable<Integer> {
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";
    private static final int HASH_SHOWN = 12;

    /** How proxies are written. */
    enum Format {
        TABLE,
        WIDE,
        JSON
    }

    private final Terminal terminal;

    @Option(
            names = {"-w", "--watch"},
            description = "Show again when something is reported.")
    private boolean watch;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|wide|json",
            description = "json: one document.")
    private Format format = Format.TABLE;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    ProxiesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        MeshAddress mesh = kafka.mesh(terminal);
        try (ProxyRoster roster = mesh.roster();
                JournalReader journal = new JournalReader(mesh)) {
            show(roster, latestRevision(journal));
            while (watch) {
                terminal.out().flush();
                if (!roster.poll(WATCH_INTERVAL).isEmpty()) {
                    if (terminal.interactive() && format != Format.JSON) {
                        terminal.print(CLEAR_SCREEN);
                    }
                    show(roster, latestRevision(journal));
                }
            }
        }
        return ExitCode.OK.number();
    }

    private static long latestRevision(JournalReader journal) {
        List<Bundle> latest = journal.latest(1);
        return latest.isEmpty() ? 0 : latest.get(0).getRevision();
    }

    private void show(ProxyRoster roster, long revision) {
        List<ProxyStatus> known = roster.all().stream()
                .filter(s -> s.getVerdict() != Verdict.LEFT)
                .toList();
        if (format == Format.JSON) {
            terminal.print(document(known, roster, revision).toString());
            return;
        }
        boolean wide = format == Format.WIDE;
        List<String> header = new ArrayList<>(List.of("NAME", "MODE", "STATUS", "BUNDLE", "LAG", "REJECTED", "SEEN"));
        if (wide) {
            header.addAll(List.of("NAMESPACE", "HOST", "HASH", "VERSION", "ADMIN"));
        }
        Table table = new Table(header.toArray(String[]::new));
        long now = System.currentTimeMillis();
        for (ProxyStatus status : known) {
            List<Object> cells = new ArrayList<>(List.of(
                    status.getProxyId(),
                    status.getMode(),
                    word(status, roster, revision),
                    status.getAppliedRevision(),
                    Math.max(0, revision - status.getAppliedRevision()),
                    status.getRejections().size(),
                    Durations.age(now - status.getReportedAt()) + " ago"));
            if (wide) {
                String hash = status.getTableHash();
                cells.addAll(List.of(
                        status.getNamespace(),
                        status.getHost(),
                        hash.substring(0, Math.min(HASH_SHOWN, hash.length())),
                        status.getVersion(),
                        status.getAdminAddress()));
            }
            table.row(cells.toArray());
        }
        if (known.isEmpty()) {
            terminal.say("no proxy has reported yet");
        } else {
            table.printTo(terminal);
        }
    }

    private static String word(ProxyStatus status, ProxyRoster roster, long revision) {
        if (!roster.isLive(status)) {
            return "SILENT";
        }
        return switch (status.getVerdict()) {
            case ACK, WARM -> status.getAppliedRevision() >= revision ? "SYNCED" : "BEHIND";
            case NACK -> "REJECTED";
            default -> status.getVerdict().name();
        };
    }

    private static ObjectNode document(List<ProxyStatus> known, ProxyRoster roster, long revision) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("apiVersion", "weft/v1");
        document.put("bundle", revision);
        ArrayNode proxies = document.putArray("proxies");
        for (ProxyStatus status : known) {
            ObjectNode node = proxies.addObject();
            node.put("name", status.getProxyId());
            node.put("namespace", status.getNamespace());
            node.put("mode", status.getMode());
            node.put("status", word(status, roster, revision).toLowerCase(Locale.ROOT));
            node.put("bundle", status.getAppliedRevision());
            node.put("offset", status.getAppliedOffset());
            node.put("hash", status.getTableHash());
            node.put("host", status.getHost());
            node.put("version", status.getVersion());
            node.put("admin", status.getAdminAddress());
            node.put("reportedAt", Instant.ofEpochMilli(status.getReportedAt()).toString());
            ArrayNode rejections = node.putArray("rejections");
            for (Rejection rejection : status.getRejections()) {
                rejections
                        .addObject()
                        .put("key", rejection.getKey())
                        .put("code", rejection.getCode())
                        .put("text", rejection.getText());
            }
        }
        return document;
    }
}
