package weft.log.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import weft.log.TopicNames;

/**
 * A single KRaft broker inside the test's JVM, on a loopback port and in a temporary folder. Thread-safe.
 *
 * <p>Tests share {@link #shared()} and tell themselves apart by {@link #freshTopics()}; a test that stops the broker
 * takes one of its own with {@link #create()}. The first start in a JVM takes about three seconds, each further one a
 * quarter.
 *
 * <p>With the system property {@value #EXTERNAL} the shared broker is the one at that HOST:PORT, so that the same tests
 * hold a released Kafka to the same contract.
 */
public final class TestBroker implements AutoCloseable {
    /** System property: HOST:PORT of a broker that runs already. */
    public static final String EXTERNAL = "weft.test.kafka";

    private static final int START_ATTEMPTS = 3;
    private static final int READY_SECONDS = 30;
    private static final AtomicInteger MESHES = new AtomicInteger();

    private final Path folder;
    private final int port;
    private final int controllerPort;
    private @Nullable KafkaRaftServer server;

    private final String address;
    private final Map<String, String> extra;
    private final int id;
    private final String clusterId;

    private TestBroker(Path folder, int port, int controllerPort, String address, Map<String, String> extra) {
        this(folder, port, controllerPort, address, extra, 1, Uuid.randomUuid().toString());
    }

    private TestBroker(
            Path folder,
            int port,
            int controllerPort,
            String address,
            Map<String, String> extra,
            int id,
            String clusterId) {
        this.id = id;
        this.clusterId = clusterId;
        this.folder = folder;
        this.port = port;
        this.controllerPort = controllerPort;
        this.address = address;
        this.extra = Map.copyOf(extra);
    }

    /** Holds the broker of this JVM: started by the first test that asks. */
    private static final class Shared {
        static final TestBroker BROKER = sharedOrExternal();

        private static TestBroker sharedOrExternal() {
            String external = System.getProperty(EXTERNAL);
            return external == null ? create() : new TestBroker(Path.of("nowhere"), 0, 0, external, Map.of());
        }
    }

    /** The broker that all tests of this JVM share; never stop it. */
    public static TestBroker shared() {
        return Shared.BROKER;
    }

    /** Starts a broker that the caller owns, may stop and start, and must close. */
    public static TestBroker create() {
        return create(Map.of());
    }

    /** @param extra settings of the broker; listeners among them are added to those it has */
    public static TestBroker create(Map<String, String> extra) {
        for (int attempt = 1; ; attempt++) {
            TestBroker broker = prepare(extra);
            try {
                broker.start();
                Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "test-broker-close"));
                return broker;
            } catch (RuntimeException e) {
                broker.close();
                if (attempt == START_ATTEMPTS) { // somebody took the free port meanwhile, each time
                    throw e;
                }
            }
        }
    }

    /**
     * Starts a further broker of this one's cluster, which has its own data and no vote.
     *
     * @param id number of the broker, from 2 on
     */
    public TestBroker join(int id) {
        try {
            int own = freePort();
            Path data = Files.createTempDirectory("weft-broker");
            TestBroker joining = new TestBroker(data, own, controllerPort, "127.0.0.1:" + own, Map.of(), id, clusterId);
            joining.format();
            joining.start();
            Runtime.getRuntime().addShutdownHook(new Thread(joining::close, "test-broker-close"));
            return joining;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestBroker prepare(Map<String, String> extra) {
        try {
            int port = freePort();
            TestBroker broker = new TestBroker(
                    Files.createTempDirectory("weft-broker"), port, freePort(), "127.0.0.1:" + port, extra);
            broker.format();
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void format() {
        String log = folder.resolve("log").toString();
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(id)
                    .setClusterId(clusterId)
                    .addDirectory(log)
                    .setMetadataLogDirectory(log)
                    .setControllerListenerName("CONTROLLER")
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("the broker's folder could not be formatted", e);
        }
    }

    private KafkaConfig config() {
        Map<String, String> config = new HashMap<>();
        boolean controls = id == 1;
        String controller = controls ? ",CONTROLLER://127.0.0.1:" + controllerPort : "";
        config.put("process.roles", controls ? "broker,controller" : "broker");
        config.put("node.id", Integer.toString(id));
        config.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        config.put("listeners", "PLAINTEXT://127.0.0.1:" + port + controller);
        config.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        config.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        config.put("controller.listener.names", "CONTROLLER");
        config.put("log.dirs", folder.resolve("log").toString());
        config.put("auto.create.topics.enable", "false");
        config.put("offsets.topic.replication.factor", "1");
        config.put("offsets.topic.num.partitions", "1");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("transaction.state.log.num.partitions", "1");
        config.put("group.initial.rebalance.delay.ms", "0");
        config.put("group.coordinator.rebalance.protocols", "classic,consumer,streams");
        config.put("controlled.shutdown.enable", "false");
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "2");
        // A cleaner that looks often, so that tests can see compaction; topics say by their own config when it bites.
        config.put("log.cleaner.dedupe.buffer.size", String.valueOf(8 << 20));
        config.put("log.cleaner.backoff.ms", "50");
        config.put("log.retention.check.interval.ms", "200");
        config.put("log.initial.task.delay.ms", "200");
        // A crashed transaction may be as short as a test wants.
        config.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200");
        config.put("add.partitions.to.txn.retry.backoff.ms", "2");
        extra.forEach((key, value) ->
                config.merge(key, value, (own, more) -> key.contains("listener") ? own + "," + more : more));
        return new KafkaConfig(config);
    }

    /** Starts the broker on the port and folder it always had, and waits until it answers. */
    public synchronized void start() {
        if (server != null) {
            return;
        }
        KafkaRaftServer starting = new KafkaRaftServer(config(), Time.SYSTEM);
        server = starting;
        starting.startup();
        try (Admin admin = Admin.create(clientProperties())) {
            admin.describeCluster().nodes().get(READY_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker did not answer within " + READY_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the broker started", e);
        }
    }

    /** Stops the broker; its data stays for the next {@link #start}. */
    public synchronized void stop() {
        KafkaRaftServer running = server;
        if (running != null) {
            server = null;
            running.shutdown();
            running.awaitShutdown();
        }
    }

    /** Copies the data of this stopped broker, to be put back later: what a broker has that fell behind. */
    public synchronized void copyData(Path to) {
        requireStopped();
        copy(folder.resolve("log"), to);
    }

    /** Puts other data of this stopped broker in the place of what it has. */
    public synchronized void replaceData(Path from) {
        requireStopped();
        delete(folder.resolve("log"));
        copy(from, folder.resolve("log"));
    }

    private void requireStopped() {
        if (server != null) {
            throw new IllegalStateException("the broker runs");
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** HOST:PORT, the same across restarts. */
    public String bootstrapServers() {
        return address;
    }

    /** The properties a client needs to reach this broker. */
    public Map<String, Object> clientProperties() {
        return Map.of("bootstrap.servers", bootstrapServers());
    }

    /** Topic names that no other test of this JVM uses. */
    public static TopicNames freshTopics() {
        return new TopicNames("mesh" + MESHES.incrementAndGet());
    }

    /** Stops the broker and deletes its folder. */
    @Override
    public synchronized void close() {
        stop();
        if (Files.exists(folder)) {
            delete(folder);
        }
    }
}
