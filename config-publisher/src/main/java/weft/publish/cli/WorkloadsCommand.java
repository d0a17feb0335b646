package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.log.RuleLogView;
import weft.log.RuleState;
import weft.log.WorkloadRoster;
import weft.publish.log.MeshAddress;
import weft.routing.registry.ServiceDocuments;
import weft.rules.Rule;
import weft.schema.Workload;
import weft.schema.WorkloadState;

/** {@code weft workloads}: who registered itself, and whether it gets requests. */
@Command(
        name = "workloads",
        header = {
            "Examples:",
            "  weft workloads                  who registered, and in what state",
            "  weft workloads -w -n shop       those of a namespace, again whenever something changes",
            "  weft workloads -o wide          with labels, weight and the proxy that registered each",
            "  weft workloads -o json          one document, for programs",
            ""
        },
        description = {
            "Shows the workloads that sidecars registered by a WorkloadGroup, and the services that select them.",
            "READY gets requests; DRAINING is about to stop and gets none where others serve; NOT_READY fails its readiness"
                    + " probe, or has not passed it yet; EXPIRED has been silent for longer than its lease."
        },
        mixinStandardHelpOptions = true)
final class WorkloadsCommand implements Callable<Integer> {
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
    /** Whoever was killed never takes its entry away: after this it is of no interest any more. */
    private static final long REMEMBERED_MILLIS = Duration.ofHours(1).toMillis();

    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";

    /** How workloads are written. */
    enum Format {
        TABLE,
        WIDE,
        JSON
    }

    private final Terminal terminal;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            description = "One namespace (default: all).")
    private String namespace = "";

    @Option(
            names = {"-a", "--all"},
            description = "Also those that have been silent for more than an hour.")
    private boolean all;

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

    WorkloadsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        MeshAddress mesh = kafka.mesh(terminal);
        boolean redraws = watch && terminal.interactive() && format != Format.JSON;
        try (RuleLogView rules = mesh.view();
                WorkloadRoster roster = mesh.workloads()) {
            RuleState state = rules.refresh(mesh.timeout());
            roster.catchUp(mesh.timeout());
            show(roster, state);
            while (watch) {
                terminal.out().flush();
                boolean reported = roster.poll(WATCH_INTERVAL);
                if (redraws) { // also when nobody reports: who is silent ages
                    terminal.out().print(CLEAR_SCREEN);
                }
                if (reported || redraws) {
                    show(roster, rules.refresh(mesh.timeout()));
                }
            }
        }
        return ExitCode.OK.number();
    }

    private void show(WorkloadRoster roster, RuleState rules) {
        long now = roster.nowMillis();
        List<WorkloadRoster.Entry> entries = roster.all().stream()
                .filter(entry ->
                        namespace.isEmpty() || entry.workload().getNamespace().equals(namespace))
                .filter(entry -> all || !entry.isExpired(now - REMEMBERED_MILLIS))
                .toList();
        if (format == Format.JSON) {
            terminal.print(document(entries, rules, now).toString());
            return;
        }
        if (entries.isEmpty()) {
            terminal.say("no workload has registered" + (namespace.isEmpty() ? "" : " in namespace " + namespace));
            return;
        }
        table(entries, rules, now);
        entries.forEach(entry -> complaint(entry, now));
    }

    private void table(List<WorkloadRoster.Entry> entries, RuleState rules, long now) {
        boolean wide = format == Format.WIDE;
        List<String> header = new ArrayList<>(
                List.of("NAMESPACE", "NAME", "GROUP", "SERVICES", "STATE", "ADDRESS", "PORTS", "LOCALITY", "SEEN"));
        if (wide) {
            header.addAll(List.of("PROXY", "WEIGHT", "LABELS"));
        }
        Table table = new Table(header.toArray(String[]::new));
        for (WorkloadRoster.Entry entry : entries) {
            Workload workload = entry.workload();
            List<Object> cells = new ArrayList<>(List.of(
                    workload.getNamespace(),
                    workload.getId(),
                    orDash(group(workload)),
                    orDash(String.join(",", services(workload, rules))),
                    state(entry, now),
                    workload.getAddress(),
                    orDash(pairs(workload.getPorts(), ":")),
                    orDash(workload.getLocality()),
                    Durations.age(now - entry.reportedAt()) + " ago"));
            if (wide) {
                cells.addAll(List.of(
                        orDash(workload.getProxyId()), workload.getWeight(), orDash(pairs(workload.getLabels(), "="))));
            }
            table.row(cells.toArray());
        }
        table.printTo(terminal);
    }

    /** Why a workload gets no requests. */
    private void complaint(WorkloadRoster.Entry entry, long now) {
        Workload workload = entry.workload();
        String name = workload.getNamespace() + "/" + workload.getId();
        if (entry.isExpired(now)) {
            terminal.print(Table.safe("✘ " + name + " is silent: its lease of "
                    + Durations.age(workload.getLeaseMillis()) + " ran out, and proxies leave it out"));
        } else if (workload.getState() == WorkloadState.NOT_READY) {
            terminal.print(Table.safe("✘ " + name + " is not ready: "
                    + (workload.getDetails().isEmpty() ? "it was not probed yet" : workload.getDetails())));
        }
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String pairs(Map<String, ?> map, String between) {
        return new TreeMap<>(map)
                .entrySet().stream()
                        .map(pair -> pair.getKey() + between + pair.getValue())
                        .collect(Collectors.joining(","));
    }

    /** Without the namespace, which is the workload's own. */
    private static String group(Workload workload) {
        String group = workload.getGroup();
        return group.substring(group.indexOf('/') + 1);
    }

    /** Hosts of the services of its namespace whose selector picks it. */
    private static List<String> services(Workload workload, RuleState rules) {
        List<String> names = new ArrayList<>();
        for (Rule rule : rules.rules().values()) {
            String kind = rule.key().kind();
            if ((kind.equals("ServiceEntry") || kind.equals("Service"))
                    && rule.key().namespace().equals(workload.getNamespace())) {
                Map<String, String> selector = ServiceDocuments.selector(rule);
                if (selector != null && workload.getLabels().entrySet().containsAll(selector.entrySet())) {
                    names.add(rule.key().name());
                }
            }
        }
        names.sort(null);
        return names;
    }

    private static String state(WorkloadRoster.Entry entry, long now) {
        return entry.isExpired(now) ? "EXPIRED" : entry.workload().getState().name();
    }

    private static ObjectNode document(List<WorkloadRoster.Entry> entries, RuleState rules, long now) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("apiVersion", "weft/v1");
        ArrayNode workloads = document.putArray("workloads");
        for (WorkloadRoster.Entry entry : entries) {
            Workload workload = entry.workload();
            ObjectNode node = workloads.addObject();
            node.put("name", workload.getId());
            node.put("namespace", workload.getNamespace());
            node.put("group", group(workload));
            services(workload, rules).forEach(node.putArray("services")::add);
            node.put("state", state(entry, now).toLowerCase(Locale.ROOT));
            node.put("details", workload.getDetails());
            node.put("address", workload.getAddress());
            ObjectNode ports = node.putObject("ports");
            new TreeMap<>(workload.getPorts()).forEach(ports::put);
            ObjectNode labels = node.putObject("labels");
            new TreeMap<>(workload.getLabels()).forEach(labels::put);
            node.put("locality", workload.getLocality());
            node.put("weight", workload.getWeight());
            node.put("proxy", workload.getProxyId());
            node.put("reportedAt", Instant.ofEpochMilli(entry.reportedAt()).toString());
            node.put("leaseMillis", workload.getLeaseMillis());
        }
        return document;
    }
}
