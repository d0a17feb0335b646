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
            "Shows which rules each proxy serves, what it refuses and why, and which proxies serve the same. Equal hashes"
                    + " mean equal rules.",
            "SYNCED serves the latest bundle, BEHIND an older one, REJECTED all but what it refused, WARM the rules it saved"
                    + " before Kafka went away, DEGRADED cannot follow the log, SILENT has not reported for longer than"
                    + " its lease."
        },
        mixinStandardHelpOptions = true)
final class ProxiesCommand implements Callable<Integer> {
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";

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
            description = "json: one document, one a line with -w.")
    private Format format = Format.TABLE;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    ProxiesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        MeshAddress mesh = kafka.mesh(terminal);
        boolean redraws = watch && terminal.interactive() && format != Format.JSON;
        try (ProxyRoster roster = mesh.roster();
                JournalReader journal = new JournalReader(mesh)) {
            show(roster, latestRevision(journal));
            while (watch) {
                terminal.out().flush();
                boolean reported = !roster.poll(WATCH_INTERVAL).isEmpty();
                if (redraws) { // also when nobody reports: who is silent ages
                    terminal.out().print(CLEAR_SCREEN);
                }
                if (reported || redraws) {
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
        List<HashGroup> groups =
                HashGroup.of(known.stream().filter(roster::isLive).toList());
        if (format == Format.JSON) {
            terminal.print(document(known, groups, roster, revision).toString());
            return;
        }
        if (known.isEmpty()) {
            terminal.say("no proxy has reported yet");
            return;
        }
        table(known, roster, revision);
        if (groups.size() > 1 || format == Format.WIDE) {
            terminal.print("");
            groups(groups);
        }
        known.forEach(this::complaints);
    }

    private void table(List<ProxyStatus> known, ProxyRoster roster, long revision) {
        boolean wide = format == Format.WIDE;
        List<String> header = new ArrayList<>(List.of("NAME", "MODE", "STATUS", "BUNDLE", "LAG", "REJECTED", "SEEN"));
        if (wide) {
            header.addAll(List.of("NAMESPACE", "HOST", "HASH", "VERSION", "ADMIN", "SERVING SINCE"));
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
                cells.addAll(List.of(
                        status.getNamespace(),
                        status.getHost(),
                        HashGroup.shortened(status.getTableHash()),
                        status.getVersion(),
                        status.getAdminAddress(),
                        status.getSwappedAt() == 0 ? "-" : Durations.age(now - status.getSwappedAt()) + " ago"));
            }
            table.row(cells.toArray());
        }
        table.printTo(terminal);
    }

    private void groups(List<HashGroup> groups) {
        Table table = new Table("HASH", "BUNDLES", "PROXIES", "WHO");
        for (HashGroup group : groups) {
            table.row(
                    HashGroup.shortened(group.hash()),
                    group.revisions(),
                    group.proxies().size(),
                    group.names());
        }
        table.printTo(terminal);
    }

    /** Why a proxy does not serve all there is. */
    private void complaints(ProxyStatus status) {
        if (!status.getDetail().isEmpty()) {
            terminal.print(Table.safe("▲ " + status.getProxyId() + " says: " + status.getDetail()));
        }
        for (Rejection rejection : status.getRejections()) {
            String what = rejection.getKey().isEmpty() ? "says" : "rejects " + rejection.getKey();
            terminal.print(Table.safe("✘ " + status.getProxyId() + " " + what + ": " + rejection.getText()
                    + (rejection.getKey().isEmpty() ? "" : "; it keeps the last version it accepted")));
        }
    }

    private static String word(ProxyStatus status, ProxyRoster roster, long revision) {
        if (!roster.isLive(status)) {
            return "SILENT";
        }
        return switch (status.getVerdict()) {
            case ACK -> status.getAppliedRevision() >= revision ? "SYNCED" : "BEHIND";
            case NACK -> "REJECTED";
            default -> status.getVerdict().name();
        };
    }

    private static ObjectNode document(
            List<ProxyStatus> known, List<HashGroup> groups, ProxyRoster roster, long revision) {
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
            node.put("detail", status.getDetail());
            node.put("reportedAt", Instant.ofEpochMilli(status.getReportedAt()).toString());
            node.put("servingSince", Instant.ofEpochMilli(status.getSwappedAt()).toString());
            ArrayNode rejections = node.putArray("rejections");
            for (Rejection rejection : status.getRejections()) {
                rejections
                        .addObject()
                        .put("key", rejection.getKey())
                        .put("code", rejection.getCode())
                        .put("text", rejection.getText());
            }
        }
        ArrayNode hashes = document.putArray("hashes");
        for (HashGroup group : groups) {
            ObjectNode node = hashes.addObject().put("hash", group.hash());
            group.proxies().forEach(node.putArray("proxies")::add);
        }
        return document;
    }
}
