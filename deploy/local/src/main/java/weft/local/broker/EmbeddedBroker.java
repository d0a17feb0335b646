package weft.local.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One KRaft node that listens on the loopback only. Thread-safe.
 *
 * <p>The data folder is formatted on first use and reused afterwards, best on the same port: a transaction whose
 * markers were still to be written when the broker died is finished by the next start only there, since Kafka sends
 * them to the address it finds in its log.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE_ID = 1;
    private static final String HOST = "127.0.0.1";
    private static final String CONTROLLER = "CONTROLLER";
    /** Written last by formatting; it holds the cluster id. */
    private static final String FORMATTED = "meta.properties";

    /** Enough to compact a few hundred thousand rule keys; Kafka's default of 128 MiB would be most of our heap. */
    private static final int CLEANER_BUFFER_BYTES = 8 << 20;
    /** Weft's topics are a handful: one partition each keeps start-up and disk small. */
    private static final int INTERNAL_PARTITIONS = 1;
    /** Kafka waits 20 ms between tries to open a transaction right after another; a laptop's broker answers in one. */
    private static final int TRANSACTION_RETRY_MILLIS = 2;
    /** A broker that died without saying so is let back in after this; Kafka's 9 s guard against network trouble. */
    private static final int SESSION_MILLIS = 3_000;

    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private EmbeddedBroker(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker and returns once it answers.
     *
     * @param data folder for logs and metadata, created when missing
     * @throws IOException when the folder cannot be used
     */
    public static EmbeddedBroker start(Path data, int port, int controllerPort) throws IOException {
        Files.createDirectories(data);
        if (!Files.exists(data.resolve(FORMATTED))) {
            format(data);
        }
        KafkaRaftServer server =
                new KafkaRaftServer(new KafkaConfig(properties(data, port, controllerPort)), Time.SYSTEM);
        server.startup();
        return new EmbeddedBroker(server, HOST + ":" + port);
    }

    private static void format(Path data) throws IOException {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(data.toString())
                    .setMetadataLogDirectory(data.toString())
                    .setControllerListenerName(CONTROLLER)
                    .run();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot format " + data + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> properties(Path data, int port, int controllerPort) {
        Map<String, Object> p = new TreeMap<>();
        p.put("process.roles", "broker,controller");
        p.put("node.id", String.valueOf(NODE_ID));
        p.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        p.put("controller.listener.names", CONTROLLER);
        p.put("listeners", "PLAINTEXT://" + HOST + ":" + port + "," + CONTROLLER + "://" + HOST + ":" + controllerPort);
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        p.put("log.dirs", data.toString());
        p.put("auto.create.topics.enable", "false");
        p.put("unclean.leader.election.enable", "false");
        p.put("num.partitions", "1");
        p.put("default.replication.factor", "1");
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.put(topic + ".num.partitions", String.valueOf(INTERNAL_PARTITIONS));
            p.put(topic + ".replication.factor", "1");
        }
        p.put("transaction.state.log.min.isr", "1");
        p.put("share.coordinator.state.topic.min.isr", "1");
        p.put("group.initial.rebalance.delay.ms", "0");
        p.put("add.partitions.to.txn.retry.backoff.ms", String.valueOf(TRANSACTION_RETRY_MILLIS));
        p.put("log.cleaner.dedupe.buffer.size", String.valueOf(CLEANER_BUFFER_BYTES));
        p.put("log.segment.bytes", String.valueOf(64 << 20));
        p.put("num.network.threads", "2");
        p.put("num.io.threads", "4");
        p.put("background.threads", "2");
        p.put("broker.session.timeout.ms", String.valueOf(SESSION_MILLIS));
        p.put("broker.heartbeat.interval.ms", String.valueOf(SESSION_MILLIS / 5));
        p.put("metadata.log.max.record.bytes.between.snapshots", String.valueOf(1 << 20));
        return p;
    }

    /** HOST:PORT for clients. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Flushes and stops; a second call does nothing. */
    @Override
    public void close() {
        server.shutdown();
    }

    /** Blocks until the broker has stopped, by {@link #close} or of itself. */
    public void awaitShutdown() {
        server.awaitShutdown();
    }
}
