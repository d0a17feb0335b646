package weft.publish.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import weft.log.BundleSigner;
import weft.log.MeshKeys;
import weft.log.TopicNames;
import weft.log.TrustedKeys;
import weft.log.registry.SchemaRegistry;
import weft.publish.log.MeshAddress;
import weft.rules.Ownership;

/** Which Kafka cluster and which mesh in it: flag over environment over file over default. */
final class KafkaOptions {
    private static final String DEFAULT = "127.0.0.1:9092";
    private static final String BOOTSTRAP = "bootstrap.servers";
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,100}");

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers, separated by commas (else WEFT_KAFKA, else " + DEFAULT + ").")
    private @Nullable String kafka;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "Kafka client properties, as for SASL and TLS (else WEFT_KAFKA_CONFIG).")
    private @Nullable String configFile;

    @Option(
            names = "--schema-registry",
            paramLabel = "URL",
            description =
                    "Write with the ids of this registry, in Confluent's wire format; of Apicurio: URL/apis/ccompat/v7"
                            + " (else WEFT_SCHEMA_REGISTRY, else schema.registry.url of --kafka-config).")
    private @Nullable String schemaRegistry;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "First part of the topic names, one for each mesh (else WEFT_TOPIC_PREFIX, else weft).")
    private @Nullable String topicPrefix;

    @Option(
            names = "--signing-key",
            paramLabel = "FILE",
            description = "Sign bundles with this key, as \"weft keys generate\" makes one (else WEFT_SIGNING_KEY).")
    private @Nullable String signingKey;

    @Option(
            names = "--trusted-keys",
            paramLabel = "FILE|DIR",
            description = "Count only bundles signed with one of these keys (else WEFT_TRUSTED_KEYS).")
    private @Nullable String trustedKeys;

    @Option(
            names = "--ownership",
            paramLabel = "FILE",
            description = "Which namespace owns which hosts, and which keys may publish into it (else WEFT_OWNERSHIP).")
    private @Nullable String ownershipFile;

    @Option(
            names = "--kafka-timeout",
            paramLabel = "10s",
            description = "How long Kafka may keep the command waiting (default: ${DEFAULT-VALUE}).")
    private String timeout = "10s";

    MeshAddress mesh(Terminal terminal) {
        Map<String, Object> properties = new HashMap<>();
        String file = configFile(terminal);
        if (file != null) {
            load(file, properties);
        }
        String bootstrap = kafka != null ? kafka : terminal.variable("WEFT_KAFKA");
        if (bootstrap != null) {
            properties.put(BOOTSTRAP, bootstrap);
        }
        properties.putIfAbsent(BOOTSTRAP, DEFAULT);
        properties.putIfAbsent("metric.reporters", ""); // nobody attaches to a command that is over in a second
        String registry = schemaRegistry != null ? schemaRegistry : terminal.variable("WEFT_SCHEMA_REGISTRY");
        try {
            SchemaRegistry.configure(registry, properties);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        String prefix = topicPrefix != null ? topicPrefix : terminal.variable("WEFT_TOPIC_PREFIX");
        if (prefix != null && !PREFIX.matcher(prefix).matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "topic prefix: \"" + prefix + "\" (expected: letters, digits, '.', '_' and '-')");
        }
        return new MeshAddress(
                properties,
                prefix == null ? TopicNames.DEFAULT : new TopicNames(prefix),
                Durations.parse("--kafka-timeout", timeout),
                keys(terminal));
    }

    /** Where the client properties are; null when none are given. */
    @Nullable
    String configFile(Terminal terminal) {
        return configFile != null ? configFile : terminal.variable("WEFT_KAFKA_CONFIG");
    }

    private MeshKeys keys(Terminal terminal) {
        String signing = signingKey != null ? signingKey : terminal.variable("WEFT_SIGNING_KEY");
        String trusted = trustedKeys != null ? trustedKeys : terminal.variable("WEFT_TRUSTED_KEYS");
        String owners = ownershipFile != null ? ownershipFile : terminal.variable("WEFT_OWNERSHIP");
        try {
            TrustedKeys keys = trusted == null ? TrustedKeys.NONE : TrustedKeys.load(Path.of(trusted));
            return new MeshKeys(
                    signing == null ? null : BundleSigner.load(Path.of(signing)),
                    owners == null ? keys : keys.within(Ownership.load(Path.of(owners))));
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static void load(String file, Map<String, Object> into) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(file))) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            String why = e instanceof InvalidPathException || e instanceof java.nio.file.NoSuchFileException
                    ? "no such file"
                    : String.valueOf(e.getMessage());
            throw new CommandFailure(ExitCode.USAGE, "--kafka-config " + file + ": " + why, e);
        }
        properties.stringPropertyNames().forEach(name -> into.put(name, properties.getProperty(name)));
    }
}
