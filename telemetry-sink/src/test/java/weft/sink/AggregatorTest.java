package weft.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.log.testing.TestBroker;
import weft.schema.MetricBatch;
import weft.schema.TrafficWindow;
import weft.sink.query.SinkStores.NotReadyException;
import weft.sink.query.TrafficReport;
import weft.sink.traffic.Entries;
import weft.sink.traffic.TrafficTopology;

class AggregatorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TopicNames topics = TestBroker.freshTopics();
    private final WireCodec codec = WireCodec.withLocalSchemas();

    @TempDir
    Path folder;

    private SinkSettings settings() {
        return new SinkSettings(
                TestBroker.shared().clientProperties(),
                topics,
                topics.prefix() + "-sink",
                folder,
                1,
                new TrafficTopology.Settings(1_000, 3_600_000, false),
                new InetSocketAddress("127.0.0.1", 0));
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> config = new HashMap<>(TestBroker.shared().clientProperties());
        config.put("linger.ms", 20);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void tell(KafkaProducer<byte[], byte[]> producer, int entries) {
        long now = System.currentTimeMillis();
        for (int i = 0; i < entries; i++) {
            byte[] value = codec.encode(Entries.at(now - i % 3_000)
                    .setSourceWorkload("client-" + i % 7)
                    .build());
            producer.send(new ProducerRecord<>(topics.accessLogs(), value));
        }
        producer.flush();
    }

    private static TrafficReport.Accounting accounting(Aggregator aggregator) {
        try {
            return TrafficReport.accounting(aggregator);
        } catch (NotReadyException e) {
            return new TrafficReport.Accounting(-1, -1, -1);
        }
    }

    @Test
    void countsEveryEntryOnceAcrossRestartsAndAbruptEnds() throws Exception {
        Aggregator.prepare(settings());
        int told = 0;
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            tell(producer, 20_000);
            told += 20_000;
            SinkProcess first = SinkProcess.start(settings());
            // Killed while it works: what it did since its last commit must not count, and nothing else be lost.
            for (int i = 0; i < 10; i++) {
                tell(producer, 3_000);
                told += 3_000;
            }
            first.awaitCounting();
            tell(producer, 10_000);
            told += 10_000;
            first.kill();
            tell(producer, 5_000);
            told += 5_000;
        }
        int all = told;
        try (Aggregator second = new Aggregator(settings())) {
            second.start();
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(accounting(second).counted()).isEqualTo(all));
            long[] inWindows = {0};
            second.windows(0, Long.MAX_VALUE, w -> inWindows[0] += w.getRequests());
            assertThat(inWindows[0]).isEqualTo(all);
        }
        assertThat(publishedRequests()).isEqualTo(all);
        // Stores come back from their changelogs.
        try (Aggregator third = new Aggregator(settings())) {
            third.start();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(accounting(third).counted()).isEqualTo(all));
        }
    }

    @Test
    void sumsNewestBatchesOfAllProxies() throws Exception {
        Aggregator.prepare(settings());
        try (KafkaProducer<byte[], byte[]> producer = producer();
                Aggregator aggregator = new Aggregator(settings())) {
            aggregator.start();
            for (int proxy = 0; proxy < 5; proxy++) {
                for (long seq = 1; seq <= 3; seq++) {
                    MetricBatch batch =
                            new MetricBatch("proxy-" + proxy, "boot", seq, 0L, 100 * seq, 10 * seq, List.of());
                    producer.send(new ProducerRecord<>(
                            topics.metrics(),
                            batch.getProxyId().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                            codec.encode(batch)));
                }
            }
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(accounting(aggregator)).isEqualTo(new TrafficReport.Accounting(0, 150, 1_500)));
        }
    }

    /** Requests on the traffic topic, as a consumer counts them that keeps one value per key. */
    private long publishedRequests() throws WireException, ExecutionException {
        Map<String, Object> config = new HashMap<>(TestBroker.shared().clientProperties());
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        Map<String, TrafficWindow> windows = new HashMap<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(topics.traffic())
                    .forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            await().atMost(PATIENCE).until(() -> {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    windows.put(record.key(), codec.decode(record.value(), TrafficWindow.class));
                }
                return partitions.stream().allMatch(p -> consumer.position(p) >= ends.getOrDefault(p, 0L));
            });
        }
        return windows.values().stream().mapToLong(TrafficWindow::getRequests).sum();
    }
}
