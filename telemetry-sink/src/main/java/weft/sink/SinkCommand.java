package weft.sink;

import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weft.log.TopicNames;
import weft.log.registry.SchemaRegistry;
import weft.sink.query.DurationText;
import weft.sink.traffic.TrafficTopology;

/** The command line of {@code weft sink}. Confined to the main thread. */
@Command(
        name = "weft sink",
        header = {
            "Examples:",
            "  weft sink                                         count what the mesh on 127.0.0.1:9092 tells",
            "  weft sink --kafka broker:9092 --listen 0.0.0.0:20001",
            "  curl 'http://127.0.0.1:20001/api/v1/traffic?last=5m&by=route'",
            ""
        },
        description = "Counts access logs by edge, route and subset in windows, and answers for them over HTTP.",
        mixinStandardHelpOptions = true,
        version = "weft 0.1.0",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended as asked",
            "1:failed for a reason that has no code of its own, as a topic with other settings",
            "64:the command line is wrong",
            "69:Kafka does not answer, or the address of --listen is taken",
            "77:Kafka denies it; what it needs is told by: weft check --acls"
        })
final class SinkCommand implements Callable<Integer> {
    /** Runs with settings until told to end. */
    interface Program {
        int run(SinkSettings settings) throws InterruptedException;
    }

    private final Program program;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use.
    private CommandSpec spec;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            defaultValue = "${env:WEFT_KAFKA:-127.0.0.1:9092}",
            description = "Brokers to begin with (WEFT_KAFKA; default: ${DEFAULT-VALUE}).")
    private String kafka = "";

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            defaultValue = "${env:WEFT_KAFKA_CONFIG}",
            description = "Client properties, for security above all (WEFT_KAFKA_CONFIG).")
    private @Nullable Path kafkaConfig;

    @Option(
            names = "--schema-registry",
            paramLabel = "URL",
            defaultValue = "${env:WEFT_SCHEMA_REGISTRY}",
            description =
                    "Write windows in Confluent's wire format, with the ids of this registry, and ask it for those of"
                            + " others (WEFT_SCHEMA_REGISTRY; else schema.registry.url of --kafka-config).")
    private @Nullable String schemaRegistry;

    @Option(
            names = "--topic-prefix",
            paramLabel = "NAME",
            defaultValue = "${env:WEFT_TOPIC_PREFIX:-weft}",
            description = "First part of all topics' names (WEFT_TOPIC_PREFIX; default: ${DEFAULT-VALUE}).")
    private String topicPrefix = "";

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:20001",
            description = "Address of the HTTP server; port 0 for any (default: ${DEFAULT-VALUE}).")
    private String listen = "";

    @Option(
            names = "--window",
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "Length of a window (default: ${DEFAULT-VALUE}).")
    private String window = "";

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How long windows can be asked for; in memory unless --rocksdb (default: ${DEFAULT-VALUE}).")
    private String retention = "";

    @Option(names = "--rocksdb", description = "Keep windows in RocksDB instead of in memory.")
    private boolean onDisk;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Folder of local state (default: .weft/sink below the home directory).")
    private @Nullable Path stateDir;

    @Option(
            names = "--application-id",
            paramLabel = "NAME",
            description = "Aggregators with the same name share the work (default: PREFIX-sink).")
    private @Nullable String applicationId;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that count (default: ${DEFAULT-VALUE}).")
    private int threads;

    SinkCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws InterruptedException {
        return program.run(settings());
    }

    private SinkSettings settings() {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads: " + threads + " (expected: at least 1)");
        }
        try {
            Path state = stateDir != null ? stateDir : Path.of(System.getProperty("user.home"), ".weft", "sink");
            return new SinkSettings(
                    kafkaProperties(),
                    new TopicNames(topicPrefix),
                    applicationId != null ? applicationId : topicPrefix + "-sink",
                    state,
                    threads,
                    new TrafficTopology.Settings(DurationText.millis(window), DurationText.millis(retention), onDisk),
                    address(listen));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** How to reach Kafka, as the command line has it. */
    Map<String, Object> kafkaProperties() {
        Map<String, Object> out = new HashMap<>();
        if (kafkaConfig != null) {
            Properties file = new Properties();
            try (Reader reader = Files.newBufferedReader(kafkaConfig, StandardCharsets.UTF_8)) {
                file.load(reader);
            } catch (IOException e) {
                throw new IllegalArgumentException("--kafka-config: " + kafkaConfig + " cannot be read", e);
            }
            file.forEach((name, value) -> out.put(String.valueOf(name), value));
        }
        boolean isGiven =
                spec.commandLine().getParseResult().hasMatchedOption("--kafka") || System.getenv("WEFT_KAFKA") != null;
        if (isGiven || !out.containsKey("bootstrap.servers")) {
            out.put("bootstrap.servers", kafka);
        }
        SchemaRegistry.configure(schemaRegistry, out);
        return out;
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("--listen: \"" + text + "\" (expected: HOST:PORT)");
        }
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(port));
    }
}
