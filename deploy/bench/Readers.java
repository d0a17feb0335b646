import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import weft.log.ApplyReport;
import weft.log.BundleDraft;
import weft.log.ProxyRoster;
import weft.log.PublishResult;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.Commit;
import weft.schema.HTTPBody;
import weft.schema.HTTPDirectResponse;
import weft.schema.HTTPRoute;
import weft.schema.Metadata;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** Many light readers of the rules topic beside real proxies, and how soon each has a bundle; see readers. */
public final class Readers {
    private static final Duration KAFKA = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int WARM_UP = 10;
    private static final int STACK_BYTES = 128 << 10;

    private final WireCodec codec = WireCodec.withLocalSchemas();
    private final Map<String, Object> kafka;
    private final int bundles;
    private final CountDownLatch ready;
    private final List<KafkaConsumer<byte[], byte[]>> consumers = new ArrayList<>();
    private final List<long[]> readNanos = new ArrayList<>();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile long firstRevision = Long.MAX_VALUE;

    private Readers(String bootstrap, int readers, int bundles) {
        this.kafka = Map.of("bootstrap.servers", bootstrap);
        this.bundles = WARM_UP + bundles;
        this.ready = new CountDownLatch(readers);
    }

    /** BOOTSTRAP READERS PROXIES BUNDLES PAUSE_MILLIS BROKER_PID. */
    public static void main(String[] args) throws Exception {
        Readers readers = new Readers(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[3]));
        ProcessHandle broker = ProcessHandle.of(Long.parseLong(args[5])).orElseThrow();
        readers.run(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Long.parseLong(args[4]), broker);
        System.exit(0); // readers wait in their polls
    }

    private void run(int readers, int proxies, long pauseMillis, ProcessHandle broker) throws Exception {
        TopicNames names = TopicNames.DEFAULT;
        try (RulePublisher publisher = RulePublisher.open(kafka, names, codec, "readers", KAFKA);
                ProxyRoster roster = ProxyRoster.open(kafka, names, codec, KAFKA)) {
            firstRevision = publisher.publish(BundleDraft.upserting(List.of(route("first")))).revision() + 1;
            for (int i = 0; i < readers; i++) {
                start(names.rules());
            }
            if (!ready.await(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException(ready.getCount() + " readers did not find the log");
            }
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
            while (roster.live().size() < proxies && System.nanoTime() - deadline < 0) {
                roster.poll(Duration.ofMillis(200));
            }
            long[] acked = new long[bundles];
            List<Long> publish = new ArrayList<>();
            List<Long> serving = new ArrayList<>();
            long bytes = 0;
            long brokerMillis = 0;
            long readerMillis = 0;
            for (int i = 0; i < bundles; i++) {
                if (i == WARM_UP) {
                    bytes = incoming();
                    brokerMillis = cpuMillis(broker);
                    readerMillis = cpuMillis(ProcessHandle.current());
                }
                Thread.sleep(pauseMillis);
                long began = System.nanoTime();
                PublishResult result = publisher.publish(BundleDraft.upserting(List.of(route("r" + i))));
                acked[i] = System.nanoTime();
                long ackedMillis = System.currentTimeMillis();
                ApplyReport report = roster.awaitApplied(result.revision(), KAFKA, answer -> {});
                if (i >= WARM_UP) {
                    publish.add(acked[i] - began);
                    report.answers().forEach(a -> serving.add(TimeUnit.MILLISECONDS.toNanos(
                            Math.max(0, a.status().getSwappedAt() - ackedMillis))));
                }
            }
            awaitAll();
            brokerMillis = cpuMillis(broker) - brokerMillis;
            readerMillis = cpuMillis(ProcessHandle.current()) - readerMillis;
            bytes = incoming() - bytes;
            tell(acked, publish, serving, bytes, brokerMillis, readerMillis);
        }
    }

    private void tell(
            long[] acked, List<Long> publish, List<Long> serving, long bytes, long brokerMillis, long readerMillis) {
        int measured = bundles - WARM_UP;
        List<Long> each = new ArrayList<>();
        List<Long> slowest = new ArrayList<>();
        for (int i = WARM_UP; i < bundles; i++) {
            int bundle = i;
            long[] delays = readNanos.stream().mapToLong(r -> Math.max(0, r[bundle] - acked[bundle])).toArray();
            LongStream.of(delays).forEach(each::add);
            slowest.add(LongStream.of(delays).max().orElse(0));
        }
        System.out.printf("%d readers, %d bundles, %d readers failed%n", readNanos.size(), measured, failed.get());
        System.out.printf("%-44s %6s %6s %6s ms%n", "", "p50", "p99", "max");
        print("publish: call to acknowledgement", publish);
        print("acknowledgement to read, each reader", each);
        print("acknowledgement to read, slowest reader", slowest);
        if (!serving.isEmpty()) {
            print("acknowledgement to serving, each proxy", serving);
        }
        System.out.printf(
                "a bundle: %.1f ms CPU of the broker, %.1f ms CPU of all readers, %d bytes to each reader%n",
                (double) brokerMillis / measured,
                (double) readerMillis / measured,
                bytes / measured / readNanos.size());
    }

    /** One reader: a consumer with the settings of a proxy's, which decodes commit records and nothing else. */
    private void start(String topic) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", String.valueOf(kafka.get("bootstrap.servers")),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10_000,
                        ConsumerConfig.RECEIVE_BUFFER_CONFIG, 16 << 10,
                        ConsumerConfig.SEND_BUFFER_CONFIG, 16 << 10,
                        ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "",
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        long[] times = new long[bundles];
        consumers.add(consumer);
        readNanos.add(times);
        Thread thread = new Thread(null, () -> read(consumer, new TopicPartition(topic, 0), times), "reader", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long[] times) {
        try {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition, KAFKA);
            ready.countDown();
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (new String(record.key(), StandardCharsets.UTF_8).equals("~commit")) {
                        long index = codec.decode(record.value(), Commit.class).getRevision() - firstRevision;
                        if (index >= 0 && index < times.length) {
                            times[(int) index] = System.nanoTime();
                        }
                    }
                }
            }
        } catch (WireException | RuntimeException e) {
            failed.incrementAndGet();
            ready.countDown();
            System.err.println("reader: " + e);
        }
    }

    private void awaitAll() throws InterruptedException {
        long deadline = System.nanoTime() + KAFKA.toNanos();
        while (readNanos.stream().anyMatch(r -> r[bundles - 1] == 0)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("some readers never read the last bundle");
            }
            Thread.sleep(10);
        }
    }

    private long incoming() {
        long sum = 0;
        for (KafkaConsumer<byte[], byte[]> each : consumers) {
            for (Metric metric : each.metrics().values()) {
                if (metric.metricName().name().equals("incoming-byte-total")
                        && metric.metricName().group().equals("consumer-metrics")) {
                    sum += ((Double) metric.metricValue()).longValue();
                }
            }
        }
        return sum;
    }

    private static long cpuMillis(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
    }

    private static VirtualService route(String body) {
        HTTPDirectResponse response = HTTPDirectResponse.newBuilder()
                .setStatus(200)
                .setBody(HTTPBody.newBuilder().setString(body).build())
                .build();
        return VirtualService.newBuilder()
                .setMetadata(Metadata.newBuilder().setName("changing").build())
                .setSpec(VirtualServiceSpec.newBuilder()
                        .setHosts(List.of("changing.example"))
                        .setGateways(List.of("bench"))
                        .setHttp(List.of(HTTPRoute.newBuilder()
                                .setDirectResponse(response)
                                .build()))
                        .build())
                .build();
    }

    private static void print(String what, List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        System.out.printf(
                "%-44s %6d %6d %6d%n",
                what,
                sorted.get(sorted.size() / 2) / 1_000_000,
                sorted.get(Math.min(sorted.size() - 1, sorted.size() * 99 / 100)) / 1_000_000,
                sorted.get(sorted.size() - 1) / 1_000_000);
    }
}
