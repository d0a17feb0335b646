package weft.sink.traffic;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.sink.Aggregator;
import weft.sink.SinkSettings;
import weft.sink.query.SinkStores.NotReadyException;
import weft.sink.query.TrafficReport;

/**
 * How many entries one Streams thread counts in a second, end to end: fetch, count, repartition, merge, commit. A main
 * program, not a test: {@code AggregatorBenchmark [entries] [edges]}. The topic is filled first, then drained.
 *
 * <p>Prints entries per second of wall time and per second of the counting thread's CPU. Broker and aggregator share the
 * JVM and the machine, so the first figure is a lower bound.
 */
public final class AggregatorBenchmark {
    private static final long GIVE_UP_SECONDS = 300;

    private AggregatorBenchmark() {}

    public static void main(String[] args) throws Exception {
        int entries = args.length > 0 ? Integer.parseInt(args[0]) : 2_000_000;
        int edges = args.length > 1 ? Integer.parseInt(args[1]) : 50;
        TopicNames topics = new TopicNames("bench");
        SinkSettings settings = new SinkSettings(
                TestBroker.shared().clientProperties(),
                topics,
                "bench-sink",
                Files.createTempDirectory("weft-bench"),
                1,
                new TrafficTopology.Settings(1_000, 3_600_000, false),
                new InetSocketAddress("127.0.0.1", 0));
        Aggregator.prepare(settings);
        for (int round = 1; round <= 3; round++) {
            fill(topics, entries, edges);
            long already = (long) (round - 1) * entries;
            try (Aggregator aggregator = new Aggregator(settings)) {
                measure(aggregator, round, already, entries);
            }
        }
        System.exit(0);
    }

    private static void fill(TopicNames topics, int entries, int edges) {
        WireCodec codec = WireCodec.withLocalSchemas();
        byte[][] values = new byte[edges][];
        for (int i = 0; i < edges; i++) {
            values[i] = codec.encode(Entries.at(System.currentTimeMillis())
                    .setSourceWorkload("client-" + i)
                    .setUserAgent("wrk")
                    .setRequestId("4f5c9e1e-8a4b-4b0e-9a53-0d1c6d7d1c" + i)
                    .setAuthority("reviews:9080")
                    .setUpstreamHost("127.0.0.1:9080")
                    .setProxyId("productpage-v1-" + i)
                    .build());
        }
        Map<String, Object> config = new HashMap<>(TestBroker.shared().clientProperties());
        config.put("linger.ms", 20);
        config.put("batch.size", 131_072);
        config.put("compression.type", "lz4");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < entries; i++) {
                producer.send(new ProducerRecord<>(topics.accessLogs(), values[i % edges]));
            }
        }
        System.out.println("record bytes: " + values[0].length);
    }

    private static void measure(Aggregator aggregator, int round, long already, int entries)
            throws InterruptedException {
        aggregator.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS);
        while (aggregator.counters().entries.sum() == 0 && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        long began = System.nanoTime();
        long cpuBegan = cpuNanos();
        while (counted(aggregator) < already + entries && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        double wall = (System.nanoTime() - began) / 1e9;
        double cpu = (cpuNanos() - cpuBegan) / 1e9;
        System.out.printf(
                "round %d: %d entries, %.0f/s of wall time, %.0f/s of the thread's CPU (%.2f us each)%n",
                round, entries, entries / wall, entries / cpu, cpu / entries * 1e6);
    }

    private static long counted(Aggregator aggregator) {
        try {
            return TrafficReport.accounting(aggregator).counted();
        } catch (NotReadyException e) {
            return -1;
        }
    }

    /** CPU of the counting thread alone. */
    private static long cpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null
                    && info.getThreadName().startsWith("bench-sink")
                    && info.getThreadName().contains("StreamThread")) {
                sum += Math.max(0, threads.getThreadCpuTime(info.getThreadId()));
            }
        }
        return sum;
    }
}
