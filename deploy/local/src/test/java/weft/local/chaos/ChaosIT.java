package weft.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.ProxyRoster;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.proxy.Main;
import weft.schema.Bundle;
import weft.schema.ProxyStatus;

/**
 * Three brokers, a publisher and five gateways under load, while they are killed and paused at random. Whatever was
 * acknowledged is in the history and in every proxy in the end, no proxy ever served a part of a bundle, and no request
 * failed but those whose own proxy was killed or paused. {@code -Dweft.chaos.seconds} says for how long.
 */
class ChaosIT {
    private static final int BROKERS = 3;
    private static final int PROXIES = 5;
    private static final int LEAST_BUNDLES = 20;
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration END = Duration.ofSeconds(120);
    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("weft.chaos.seconds", 20));

    @TempDir
    private Path folder;

    private final List<ChaosProcess> brokers = new ArrayList<>();
    private final List<ChaosProcess> proxies = new ArrayList<>();
    private final List<ChaosLoad> loads = new ArrayList<>();
    private final List<ChaosProcess> publishers = new ArrayList<>();
    private final List<String> acked = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> faults = new TreeMap<>();
    private String bootstrap = "";

    @AfterEach
    void endEverything() throws Exception {
        for (ChaosLoad load : loads) {
            load.stop();
        }
        for (List<ChaosProcess> all : List.of(publishers, proxies, brokers)) {
            for (ChaosProcess each : all) {
                each.kill();
            }
        }
    }

    @Test
    void whatWasAcknowledgedIsServedByAllAndNothingInParts() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        System.out.println("ChaosIT seed=" + seed + " (repeat with -Dweft.seed=" + seed + ")");
        Random random = new Random(seed);
        startBrokers();
        publish(1, Long.MAX_VALUE);
        await().atMost(START).until(() -> !acked.isEmpty());
        startProxies();
        for (ChaosLoad load : loads) {
            await().atMost(START).until(() -> load.answered.get() > 10);
        }
        long end = System.nanoTime() + LENGTH.toNanos();
        while (System.nanoTime() < end) {
            disturb(random);
            publishers.removeIf(each -> !each.isAlive());
            if (publishers.isEmpty()) {
                publish(nextNumber(), Long.MAX_VALUE);
            }
        }
        settle();
        System.out.println("ChaosIT faults=" + faults + " acknowledged=" + acked.size() + " requests="
                + loads.stream().mapToLong(l -> l.answered.get()).sum());
        for (ChaosLoad load : loads) {
            assertThat(load.failures).as("seed %d", seed).isEmpty();
        }
        assertThat(acked.size()).as("seed %d", seed).isGreaterThanOrEqualTo(LEAST_BUNDLES);
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

    private void startBrokers() throws Exception {
        int first = freePorts(2 * BROKERS);
        String cluster = Uuid.randomUuid().toString();
        List<String> addresses = new ArrayList<>();
        for (int node = 1; node <= BROKERS; node++) {
            ChaosProcess broker = new ChaosProcess(
                    "broker-" + node,
                    folder,
                    "256m",
                    null,
                    ChaosBroker.class,
                    String.valueOf(node),
                    cluster,
                    String.valueOf(first),
                    String.valueOf(BROKERS),
                    folder.resolve("broker-" + node).toString());
            broker.start();
            brokers.add(broker);
            addresses.add("127.0.0.1:" + (first + node - 1));
        }
        bootstrap = String.join(",", addresses);
        try (Admin admin = Admin.create(kafka())) {
            await().atMost(START)
                    .ignoreExceptions()
                    .until(() -> admin.describeCluster().nodes().get().size() == BROKERS);
        }
    }

    private Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", bootstrap);
    }

    private void publish(long number, long most) throws IOException {
        ChaosProcess publisher = new ChaosProcess(
                "publisher",
                folder,
                "96m",
                line -> {
                    if (line.startsWith("acked ")) {
                        acked.add(line);
                    }
                },
                ChaosPublisher.class,
                bootstrap,
                String.valueOf(number),
                String.valueOf(most));
        publisher.start();
        publishers.add(publisher);
    }

    /** One that no bundle has, also none whose acknowledgement was lost. */
    private long nextNumber() {
        synchronized (acked) {
            return Long.parseLong(acked.get(acked.size() - 1).split(" ", -1)[1]) + 10;
        }
    }

    private void startProxies() throws IOException {
        int first = freePorts(3 * PROXIES);
        for (int i = 0; i < PROXIES; i++) {
            int port = first + 3 * i;
            ChaosProcess proxy = new ChaosProcess(
                    "proxy-" + i,
                    folder,
                    "96m",
                    null,
                    Main.class,
                    "--mode",
                    "gateway",
                    "--id",
                    "proxy-" + i,
                    "--labels",
                    "istio=ingressgateway",
                    "--kafka",
                    bootstrap,
                    "--admin",
                    "127.0.0.1:" + (port + 1),
                    "--ready",
                    "127.0.0.1:" + (port + 2),
                    "--bind-address",
                    "127.0.0.1",
                    "--bind-port",
                    "80=" + port,
                    "--threads",
                    "1",
                    "--data-dir",
                    folder.resolve("data-" + i).toString());
            proxy.start();
            proxies.add(proxy);
            loads.add(new ChaosLoad(proxy, port));
        }
    }

    private void disturb(Random random) throws Exception {
        int kind = random.nextInt(5);
        String fault = List.of("kill broker", "pause broker", "kill publisher", "kill proxy", "pause proxy")
                .get(kind);
        faults.merge(fault, 1, Integer::sum);
        switch (kind) {
            case 0 -> {
                ChaosProcess broker = brokers.get(random.nextInt(BROKERS));
                broker.kill();
                Thread.sleep(random.nextInt(1_500)); // how long it is away is part of the fault
                broker.start();
            }
            case 1 -> pause(brokers.get(random.nextInt(BROKERS)), random);
            case 2 -> {
                for (ChaosProcess publisher : publishers) {
                    publisher.kill();
                }
            }
            case 3 -> proxies.get(random.nextInt(PROXIES)).restart();
            default -> pause(proxies.get(random.nextInt(PROXIES)), random);
        }
        Thread.sleep(500 + random.nextInt(2_500)); // and how long everything has to itself in between
    }

    private static void pause(ChaosProcess process, Random random) throws Exception {
        process.signal("STOP");
        Thread.sleep(random.nextInt(3_000));
        process.signal("CONT");
    }

    private void settle() throws Exception {
        for (ChaosProcess publisher : publishers) {
            publisher.kill();
        }
        publishers.clear();
        int before = acked.size();
        publish(nextNumber(), 1);
        await().atMost(END).until(() -> acked.size() > before);
        long last = Long.parseLong(acked.get(acked.size() - 1).split(" ", -1)[2]);
        try (ProxyRoster roster = ProxyRoster.open(kafka(), TopicNames.DEFAULT, WireCodec.withLocalSchemas(), END)) {
            await().atMost(END).ignoreExceptions().until(() -> {
                roster.refresh();
                return roster.live().stream()
                                .filter(s -> s.getAppliedRevision() == last)
                                .count()
                        == PROXIES;
            });
            assertThat(roster.live().stream().map(ProxyStatus::getStateDigest).distinct())
                    .hasSize(1);
            assertThat(roster.live().stream().map(ProxyStatus::getTableHash).distinct())
                    .hasSize(1);
            assertThat(roster.live().stream()
                            .mapToLong(ProxyStatus::getSkippedRecords)
                            .sum())
                    .isZero();
        }
        assertThatTheHistoryHasAllThatWasAcknowledged();
    }

    private void assertThatTheHistoryHasAllThatWasAcknowledged() throws Exception {
        WireCodec codec = WireCodec.withLocalSchemas();
        Map<Long, String> history = new HashMap<>();
        TopicPartition journal = new TopicPartition(TopicNames.DEFAULT.journal(), 0);
        Map<String, Object> config = new HashMap<>(kafka());
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(journal));
            consumer.seekToBeginning(List.of(journal));
            long end = consumer.endOffsets(List.of(journal)).getOrDefault(journal, 0L);
            while (consumer.position(journal) < end) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                    Bundle bundle = codec.decode(each.value(), Bundle.class);
                    assertThat(history.put(bundle.getRevision(), bundle.getBundleId()))
                            .as("revision %d twice", bundle.getRevision())
                            .isNull();
                }
            }
        }
        for (String line : List.copyOf(acked)) {
            String[] words = line.split(" ", -1);
            assertThat(history).containsEntry(Long.parseLong(words[2]), words[3]);
        }
    }
}
