package weft.publish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.publish.yaml.NearestSpelling;

/** {@code weft stat}: requests, success and latency from the aggregator. */
@Command(
        name = "stat",
        header = {
            "Examples:",
            "  weft stat                        every service, last minute",
            "  weft stat subset reviews -w      the subsets of reviews, again and again",
            "  weft stat edge -t 10s -o json    who calls whom",
            ""
        },
        description = "Shows requests per second, success and latency from the aggregator.",
        mixinStandardHelpOptions = true)
final class StatCommand implements Callable<Integer> {
    private static final List<String> GROUPINGS = List.of("service", "route", "subset", "edge");
    private static final String EVERYTHING = "all";
    private static final long REFRESH_MILLIS = 2_000;
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";

    /** How the answer is written. */
    enum Format {
        TABLE,
        JSON
    }

    private final Terminal terminal;

    @Parameters(index = "0", arity = "0..1", paramLabel = "service|route|subset|edge", description = "Grouping.")
    private String grouping = "service";

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Only this service.")
    private String name = "";

    @Option(
            names = {"-t", "--time"},
            paramLabel = "60s",
            description = "The window up to now, or all (default: 60s).")
    private String window = "60s";

    @Option(
            names = {"-w", "--watch"},
            description = "Show again every two seconds.")
    private boolean watch;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            description = "json: the aggregator's answer.")
    private Format format = Format.TABLE;

    @Mixin
    private ConsoleOptions console = new ConsoleOptions();

    StatCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        int slash = grouping.indexOf('/');
        String by = slash < 0 ? grouping : grouping.substring(0, slash);
        String service = slash < 0 ? name : grouping.substring(slash + 1);
        if (!GROUPINGS.contains(by)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "grouping: \"" + by + "\" (expected: " + String.join(", ", GROUPINGS) + ")"
                            + NearestSpelling.hint(by, GROUPINGS));
        }
        if (!window.equals(EVERYTHING)) {
            Durations.parse("--time", window);
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("last", window);
        query.put("by", by);
        query.put("service", service);
        ConsoleClient client = console.client(terminal);
        while (true) {
            JsonNode answer = client.get("/api/v1/traffic", query);
            if (watch && terminal.interactive() && format == Format.TABLE) {
                terminal.print(CLEAR_SCREEN);
            }
            show(answer, by);
            if (!watch) {
                return ExitCode.OK.number();
            }
            terminal.out().flush();
            Thread.sleep(REFRESH_MILLIS);
        }
    }

    private void show(JsonNode answer, String by) {
        if (format == Format.JSON) {
            terminal.print(answer.toString());
            return;
        }
        List<String> keys = switch (by) {
            case "edge" -> List.of("source", "service");
            case "route" -> List.of("service", "route", "rule");
            case "subset" -> List.of("service", "subset");
            default -> List.of("service");
        };
        List<String> header = new ArrayList<>();
        // Both ends of a call tell of it; whose word a row is matters only where both are shown.
        boolean reporters = answer.path("rows").findValuesAsText("reporter").stream()
                        .distinct()
                        .count()
                > 1;
        keys.forEach(key -> header.add(key.toUpperCase(Locale.ROOT)));
        if (reporters) {
            header.add("REPORTER");
        }
        header.addAll(List.of("RPS", "SUCCESS", "P50", "P90", "P99"));
        Table table = new Table(header.toArray(String[]::new));
        for (JsonNode row : answer.path("rows")) {
            List<String> cells = new ArrayList<>();
            keys.forEach(key -> cells.add(text(row.get(key))));
            if (reporters) {
                cells.add(text(row.get("reporter")));
            }
            cells.add(String.format(Locale.ROOT, "%.1f", row.path("rps").asDouble()));
            cells.add(percent(row.get("successRate")));
            List.of("p50Millis", "p90Millis", "p99Millis").forEach(key -> cells.add(millis(row.get(key))));
            table.row(cells.toArray());
        }
        table.printTo(terminal);
        if (answer.path("rows").isEmpty()) {
            terminal.say("no request" + (window.equals(EVERYTHING) ? "" : " in the last " + window));
        }
        long dropped = answer.path("accessLog").path("dropped").asLong();
        if (dropped > 0) {
            terminal.say(dropped + " requests are not counted: proxies dropped their log entries");
        }
    }

    private static String text(@Nullable JsonNode node) {
        return node == null || node.asText().isEmpty() ? "-" : node.asText();
    }

    /** The rate is a share of 1. */
    private static String percent(@Nullable JsonNode rate) {
        return rate == null || rate.isNull() ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * rate.asDouble());
    }

    private static String millis(@Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return "-";
        }
        double millis = node.asDouble();
        return String.format(Locale.ROOT, millis < 10 ? "%.1fms" : "%.0fms", millis);
    }
}
