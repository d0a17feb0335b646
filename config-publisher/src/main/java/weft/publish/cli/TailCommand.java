package weft.publish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft tail}: requests as they end, one line each. */
@Command(
        name = "tail",
        header = {
            "Examples:",
            "  weft tail                             every request of the mesh",
            "  weft tail reviews --status 5xx,404    what fails at reviews",
            "  weft tail --slower 200ms -o json | jq .path",
            ""
        },
        description = {
            "Shows requests and relayed connections as they end: time, method, path, service, subset, status, flags, latency, route.",
            "The aggregator filters; it says how many it left out beyond --max-rps. Ctrl-C ends."
        },
        mixinStandardHelpOptions = true)
final class TailCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    /** How a request is written. */
    enum Format {
        LINE,
        JSON
    }

    private final Terminal terminal;

    @Parameters(index = "0", arity = "0..1", paramLabel = "SERVICE", description = "Only requests to this service.")
    private String service = "";

    @Option(names = "--from", paramLabel = "WORKLOAD", description = "Only requests of this workload.")
    private String from = "";

    @Option(names = "--path", paramLabel = "PATH", description = "Only this path; * at its end for a prefix.")
    private String path = "";

    @Option(names = "--status", paramLabel = "5xx,404", description = "Only these status codes or classes.")
    private String status = "";

    @Option(names = "--flags", paramLabel = "UF,URX", description = "Only requests with one of these flags.")
    private String flags = "";

    @Option(names = "--slower", paramLabel = "200ms", description = "Only requests that took at least this long.")
    private String slower = "";

    @Option(names = "--max-rps", paramLabel = "N", description = "Lines per second (default: ${DEFAULT-VALUE}).")
    private int maxRps = 100;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "line|json",
            description = "json: one access log entry a line.")
    private Format format = Format.LINE;

    @Mixin
    private ConsoleOptions console = new ConsoleOptions();

    TailCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!slower.isEmpty()) {
            Durations.parse("--slower", slower);
        }
        if (maxRps < 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--max-rps: " + maxRps + " is out of range (expected: at least 1)");
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("service", service);
        query.put("from", from);
        query.put("path", path);
        query.put("status", status);
        query.put("flags", flags);
        query.put("slower", slower);
        query.put("maxRps", String.valueOf(maxRps));
        console.client(terminal).stream("/api/v1/tail", query, this::show);
        throw new CommandFailure(ExitCode.KAFKA_UNREACHABLE, "the aggregator closed the stream");
    }

    private void show(String event, JsonNode data) {
        if (event.equals("skipped")) {
            terminal.say("… " + data.path("skipped").asLong() + " skipped");
        } else if (event.equals("entry")) {
            terminal.print(format == Format.JSON ? data.toString() : line(data));
            terminal.out().flush();
        }
    }

    static String line(JsonNode entry) {
        Instant start = Instant.parse(entry.path("start_time").asText());
        String subset = entry.path("subset").asText();
        String flags = entry.path("response_flags").asText();
        boolean isConnection = entry.path("method").asText().isEmpty()
                && entry.path("protocol").asText().isEmpty();
        double millis = entry.path("duration_micros").asLong() / 1_000.0;
        String text = String.join(
                " ",
                TIME.format(start.atZone(ZoneId.systemDefault())),
                isConnection
                        ? "TCP"
                        : or(
                                entry.path("method").asText(),
                                entry.path("protocol").asText()),
                isConnection ? bytes(entry) : entry.path("path").asText(),
                "→",
                entry.path("destination_service").asText() + (subset.isEmpty() ? "" : " " + subset),
                isConnection ? "-" : entry.path("response_code").asText(),
                or(flags, "-"),
                String.format(Locale.ROOT, "%.1fms", millis),
                or(entry.path("route_name").asText(), "-"));
        return Table.safe(text);
    }

    /** What stands in place of a path where a connection was relayed as a whole. */
    private static String bytes(JsonNode entry) {
        String name = entry.path("requested_server_name").asText("");
        return (name.isEmpty() || name.equals("null") ? "" : name + " ")
                + entry.path("bytes_received").asLong() + "B/"
                + entry.path("bytes_sent").asLong() + "B";
    }

    private static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }
}
