package weft.proxy.control;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.log.ReaderSettings;
import weft.log.RecordDecoder;
import weft.log.SchemaLog;
import weft.log.TopicNames;
import weft.log.TrustedKeys;
import weft.log.WireCodec;
import weft.proxy.telemetry.MetricSource;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;

/**
 * The proxy's end of the log: rules in, status out. Thread-safe.
 *
 * <p>Owns the threads "rule-loader", "workloads" and "proxy-status". Without Kafka it serves what is on disk, and goes on trying.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(5);

    /** How long a starting proxy waits to hear who has registered. */
    private static final Duration WORKLOADS_PATIENCE = Duration.ofSeconds(3);

    private final RuleLoader loader;
    private final ProxyStatusReporter reporter;
    private final WorkloadReader workloads;
    private volatile long startedNanos;

    /**
     * Where the log is, and where the rules are kept for a start without it.
     *
     * @param kafka client properties
     * @param dataDirectory for the local snapshot; null for none
     * @param acceptNewLog whether a log that began anew may replace newer rules
     * @param trusted keys whose bundles count; {@link TrustedKeys#NONE} for everybody's
     */
    public record Settings(
            Map<String, Object> kafka,
            TopicNames names,
            @Nullable Path dataDirectory,
            boolean acceptNewLog,
            TrustedKeys trusted) {
        public Settings {
            kafka = Map.copyOf(kafka);
        }
    }

    public ControlPlane(
            Settings settings,
            ProxyIdentity identity,
            ProxyInstance instance,
            Compile compile,
            SnapshotApplier applier) {
        WireCodec codec = WireCodec.withLocalSchemas();
        InstantSource clock = InstantSource.system();
        SchemaLog schemas = new SchemaLog(settings.kafka(), settings.names(), codec, SCHEMA_TIMEOUT);
        this.reporter = new ProxyStatusReporter(settings.kafka(), settings.names(), identity, instance, codec, clock);
        this.loader = new RuleLoader(
                settings.kafka(),
                settings.names(),
                new RecordDecoder(codec, schemas),
                ReaderSettings.DEFAULT.withAcceptNewLog(settings.acceptNewLog()).withTrusted(settings.trusted()),
                settings.dataDirectory(),
                ProxySnapshot.empty(identity),
                compile,
                applier,
                reporter::report,
                clock);
        this.workloads = new WorkloadReader(settings.kafka(), settings.names(), codec, clock, loader::workloads);
    }

    public void start() {
        startedNanos = System.nanoTime();
        workloads.start();
        reporter.start();
        loader.start();
    }

    /**
     * Whether rules are in service: the last good ones from disk, or those of the log, and then also the workloads that
     * registered, as far as Kafka tells in time.
     */
    public boolean isReady() {
        ControlState now = state();
        return switch (now.verdict()) {
            case WARM -> true;
            case ACK, NACK -> hasWorkloads(); // also an empty log that was read to its end
            case DEGRADED -> now.revision() > 0;
            case UNKNOWN, STARTING, LEFT -> false;
        };
    }

    private boolean hasWorkloads() {
        return workloads.isCaughtUp() || System.nanoTime() - startedNanos >= WORKLOADS_PATIENCE.toNanos();
    }

    /** What is served now, and what is wrong with it. */
    public ControlState state() {
        return loader.state();
    }

    /** Where this proxy is in the log, what it refused, how fast it follows. */
    public MetricSource metrics() {
        return loader::collect;
    }

    /** Stops following the log and says that this proxy leaves; what is in service stays so. */
    @Override
    public void close() throws InterruptedException {
        workloads.close();
        loader.close();
        reporter.close();
    }
}
