package weft.local.chaos;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import weft.proxy.Main;

/** Three brokers, five gateways under load, and one publisher after the other. Confined to the test's thread. */
final class ChaosMesh implements AutoCloseable {
    static final int BROKERS = 3;
    static final int PROXIES = 5;
    static final String PUBLISHER = "publisher";
    static final Duration PATIENCE = Duration.ofSeconds(120);
    /** Between the number of a publisher and that of the next, which does not know how far the first one came. */
    private static final long NUMBERS_APART = 1_000;

    final List<ChaosProcess> brokers = new ArrayList<>();
    final List<ChaosProcess> proxies = new ArrayList<>();
    final List<ChaosLoad> loads = new ArrayList<>();
    final List<InetSocketAddress> addresses = new ArrayList<>();
    /** Lines {@code acked NUMBER REVISION BUNDLE}. */
    final List<String> acked = Collections.synchronizedList(new ArrayList<>());

    final ChaosNetwork network;
    private final Path folder;
    private final long pauseMillis;
    private final ChaosUpstream upstream;
    private final AtomicLong highestTried = new AtomicLong();
    /* Written by the thread that hears the publisher. */
    private volatile long highestAcked;
    private long first;
    private ChaosProcess publisher;
    /** Stands by: a JVM takes long to start on a busy machine, and nothing would be published meanwhile. */
    private ChaosProcess standby;

    private String bootstrap = "";

    /** @param pauseMillis between two bundles */
    ChaosMesh(Path folder, long pauseMillis) throws IOException, InterruptedException {
        this.folder = folder;
        this.pauseMillis = pauseMillis;
        List<String> nodes = new ArrayList<>(List.of(PUBLISHER));
        IntStream.rangeClosed(1, BROKERS).forEach(i -> nodes.add(broker(i)));
        IntStream.range(0, PROXIES).forEach(i -> nodes.add(proxy(i)));
        network = new ChaosNetwork(nodes);
        upstream = new ChaosUpstream(network.address(""), ChaosRules.SLOTS);
        publisher = newPublisher();
        standby = publisher;
    }

    static String broker(int number) {
        return "broker-" + number;
    }

    static String proxy(int index) {
        return "proxy-" + index;
    }

    /** Starts everything at once, and returns when all proxies answer. */
    void start() throws Exception {
        startBrokers();
        startProxies();
        awaitBrokers(); // topics get as many copies as there are brokers when they are made
        standby = newPublisher();
        standby.start();
        publishAnew(Long.MAX_VALUE);
        for (int i = 0; i < PROXIES; i++) {
            InetSocketAddress address = addresses.get(i);
            await().atMost(PATIENCE).ignoreExceptions().until(() -> ChaosLoad.ask(address, "three") > 0);
            loads.add(new ChaosLoad(proxies.get(i), address));
        }
    }

    private static int freePorts(int count) throws IOException {
        for (int attempt = 0; ; attempt++) {
            int first = 20_000 + new Random().nextInt(30_000);
            try {
                for (int port = first; port < first + count; port++) {
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
                }
                return first;
            } catch (IOException e) {
                if (attempt > 50) {
                    throw e;
                }
            }
        }
    }

    private void startBrokers() throws IOException {
        int first = freePorts(2 * BROKERS);
        String cluster = Uuid.randomUuid().toString();
        List<String> nodes = new ArrayList<>();
        for (int i = 1; i <= BROKERS; i++) {
            int port = first + 2 * i - 2;
            nodes.add(network.address(broker(i)) + ":" + port + ":" + (port + 1));
        }
        for (int i = 1; i <= BROKERS; i++) {
            String data = folder.resolve(broker(i)).toString();
            brokers.add(process(
                    broker(i),
                    broker(i),
                    "256m",
                    ChaosBroker.class,
                    List.of(String.valueOf(i), cluster, data, String.join(",", nodes))));
        }
        for (ChaosProcess broker : brokers) {
            broker.start();
        }
        bootstrap = String.join(",", nodes.stream().map(ChaosBroker::client).toList());
    }

    void awaitBrokers() {
        try (Admin admin = Admin.create(kafka())) {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> admin.describeCluster().nodes().get().size() == BROKERS);
        }
    }

    Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", bootstrap);
    }

    private void startProxies() throws IOException {
        int first = freePorts(3 * PROXIES);
        for (int i = 0; i < PROXIES; i++) {
            int port = first + 3 * i;
            String address = network.address(proxy(i));
            List<String> arguments = new ArrayList<>(List.of("--mode", "gateway", "--id", proxy(i)));
            arguments.addAll(List.of("--labels", "istio=ingressgateway", "--kafka", bootstrap, "--threads", "1"));
            arguments.addAll(List.of("--admin", address + ":" + (port + 1), "--ready", address + ":" + (port + 2)));
            arguments.addAll(List.of("--bind-address", address, "--bind-port", "80=" + port));
            arguments.addAll(List.of("--data-dir", folder.resolve("data-" + i).toString()));
            ChaosProcess proxy = process(proxy(i), proxy(i), "96m", Main.class, arguments);
            proxy.start();
            proxies.add(proxy);
            addresses.add(new InetSocketAddress(InetAddress.getByName(address), port));
        }
    }

    private ChaosProcess process(String name, String node, String heap, Class<?> main, List<String> arguments) {
        return new ChaosProcess(name, network.inside(node), folder, heap, null, main, arguments);
    }

    private ChaosProcess newPublisher() {
        List<String> endpoints = upstream.ports().stream()
                .map(port -> network.address("") + ":" + port)
                .toList();
        List<String> arguments = List.of(bootstrap, String.valueOf(pauseMillis), String.join(",", endpoints));
        return new ChaosProcess(
                PUBLISHER, network.inside(PUBLISHER), folder, "96m", this::hear, ChaosPublisher.class, arguments);
    }

    private void hear(String line) {
        if (line.startsWith("acked ")) {
            acked.add(line);
            highestAcked = Long.parseLong(line.split(" ", -1)[1]);
        } else if (line.startsWith("trying ") || line.startsWith("dying ")) {
            highestTried.accumulateAndGet(Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)), Math::max);
        }
    }

    ChaosProcess publisher() {
        return publisher;
    }

    /** Lets the next publisher begin, whatever the last one does; its numbers are above all that were tried. */
    void publishAnew(long most) throws IOException {
        first = Math.max(first, highestTried.get()) + NUMBERS_APART;
        publisher = standby;
        publisher.say("publish " + first + " " + most);
        standby = newPublisher();
        standby.start();
    }

    /** Waits until the publisher in charge has published; false when Kafka does not let it in time. */
    boolean awaitFirstBundle(long seconds) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            keepPublishing();
            if (highestAcked >= first) {
                return true;
            }
            Thread.sleep(20); // a poll of what another thread hears
        }
        return false;
    }

    /** Starts another publisher if the last one has ended. */
    void keepPublishing() throws IOException, InterruptedException {
        if (!publisher.isAlive()) {
            publisher.awaitEnd(1);
            publishAnew(Long.MAX_VALUE);
        }
    }

    @Override
    public void close() throws Exception {
        for (ChaosLoad load : loads) {
            load.stop();
        }
        publisher.kill();
        standby.kill();
        for (List<ChaosProcess> all : List.of(proxies, brokers)) {
            for (ChaosProcess each : all) {
                each.kill();
            }
        }
        upstream.close();
        network.close();
    }
}
