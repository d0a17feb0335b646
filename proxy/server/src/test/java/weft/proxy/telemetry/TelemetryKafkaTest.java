package weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import weft.log.MeshTopics;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.log.testing.TestBroker;
import weft.log.testing.TestRegistry;
import weft.schema.MetricBatch;

/** Telemetry before a real broker that comes late and goes away. */
class TelemetryKafkaTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static TestBroker broker;

    private final TopicNames topics = TestBroker.freshTopics();
    private final WireCodec codec = WireCodec.withLocalSchemas();

    @BeforeAll
    static void startBroker() {
        broker = TestBroker.create();
    }

    @AfterAll
    static void closeBroker() {
        broker.close();
    }

    private void createTopics() {
        MeshTopics mesh = new MeshTopics(topics);
        new TopicAdmin(broker.clientProperties(), Duration.ofSeconds(20))
                .ensure(List.of(mesh.accessLogs(), mesh.metrics()));
    }

    private Telemetry start() {
        return Telemetry.start(Requests.SIDECAR, "boot-1", broker.clientProperties(), topics);
    }

    private static void finish(Telemetry telemetry, int requests) {
        for (int i = 0; i < requests; i++) {
            telemetry.accessLog().finished(Requests.request().finished());
        }
    }

    /** All records of a topic, each once. */
    private List<byte[]> records(String topic) {
        List<byte[]> out = new ArrayList<>();
        Map<String, Object> config = new HashMap<>(broker.clientProperties());
        config.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Collection<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(r -> out.add(r.value()));
                return partitions.stream().allMatch(p -> consumer.position(p) >= ends.getOrDefault(p, 0L));
            });
        }
        return out;
    }

    private MetricBatch lastBatch() throws WireException {
        MetricBatch last = null;
        for (byte[] value : records(topics.metrics())) {
            MetricBatch batch = codec.decode(value, MetricBatch.class);
            last = last == null || batch.getSeq() > last.getSeq() ? batch : last;
        }
        assertThat(last).isNotNull();
        return java.util.Objects.requireNonNull(last);
    }

    @Test
    void closingLosesNothing() throws WireException {
        createTopics();
        Telemetry telemetry = start();
        finish(telemetry, 10_000);
        telemetry.close(PATIENCE);
        assertThat(records(topics.accessLogs())).hasSize(10_000);
        MetricBatch last = lastBatch();
        assertThat(last.getAccessLogEntries()).isEqualTo(10_000);
        assertThat(last.getAccessLogDropped()).isZero();
    }

    private Telemetry start(TestRegistry registry) {
        MeshTopics mesh = new MeshTopics(topics);
        new TopicAdmin(broker.clientProperties(), Duration.ofSeconds(20)).ensure(List.of(mesh.schemas()));
        Map<String, Object> kafka = new HashMap<>(broker.clientProperties());
        kafka.put("schema.registry.url", registry.url());
        return Telemetry.start(Requests.SIDECAR, "boot-1", kafka, topics);
    }

    @Test
    void anyConsumerReadsEntriesByTheIdsOfTheRegistry() throws Exception {
        createTopics();
        try (TestRegistry registry = new TestRegistry()) {
            Telemetry telemetry = start(registry);
            await().atMost(PATIENCE)
                    .until(() -> telemetry.prometheusText().contains("weft_telemetry_schemas_without_id 0.0"));
            finish(telemetry, 100);
            telemetry.close(PATIENCE);
            List<byte[]> entries = records(topics.accessLogs());
            assertThat(entries).hasSize(100);
            for (byte[] entry : entries) {
                assertThat(entry[0]).isZero();
                GenericRecord read = new GenericDatumReader<GenericRecord>(
                                registry.schema(ByteBuffer.wrap(entry).getInt(1)))
                        .read(null, DecoderFactory.get().binaryDecoder(entry, 5, entry.length - 5, null));
                assertThat(read.get("method")).hasToString("GET");
            }
            List<byte[]> batches = records(topics.metrics());
            byte[] batch = batches.get(batches.size() - 1); // the first may have been before the ids
            assertThat(registry.schema(ByteBuffer.wrap(batch).getInt(1)).getFullName())
                    .isEqualTo("weft.schema.MetricBatch");
            assertThat(registry.subjects())
                    .containsOnlyKeys(topics.accessLogs() + "-value", topics.metrics() + "-value");
        }
    }

    @Test
    void entriesGoOutWithoutTheRegistryAndByItsIdsOnceItIsThere() {
        createTopics();
        try (TestRegistry registry = new TestRegistry()) {
            registry.answer(exchange -> exchange.sendResponseHeaders(503, -1));
            Telemetry telemetry = start(registry);
            await().atMost(PATIENCE).until(() -> registry.requests().size() >= 2);
            finish(telemetry, 50);
            await().atMost(PATIENCE).until(() -> records(topics.accessLogs()).size() == 50);
            assertThat(records(topics.accessLogs())).allMatch(WireCodec::isSingleObject);
            registry.answer(null);
            await().atMost(PATIENCE)
                    .until(() -> telemetry.prometheusText().contains("weft_telemetry_schemas_without_id 0.0"));
            finish(telemetry, 50);
            telemetry.close(PATIENCE);
        }
        assertThat(records(topics.accessLogs()))
                .hasSize(100)
                .filteredOn(WireCodec::isRegistered)
                .hasSize(50);
    }

    @Test
    void entriesWaitForABrokerThatStartsLater() throws WireException {
        createTopics();
        broker.stop();
        Telemetry telemetry = start();
        finish(telemetry, 5_000);
        await().atMost(PATIENCE).until(() -> telemetry.prometheusText().contains("istio_requests_total{"));
        broker.start();
        await().atMost(PATIENCE).until(() -> telemetry.prometheusText().contains("weft_access_log_sent_total 5000.0"));
        telemetry.close(PATIENCE);
        assertThat(records(topics.accessLogs())).hasSize(5_000);
        assertThat(lastBatch().getAccessLogDropped()).isZero();
    }

    @Test
    void outageIsBridgedOrCountedAndTelemetryResumes() throws WireException {
        createTopics();
        Telemetry telemetry = start();
        int before = 3_000;
        finish(telemetry, before);
        await().atMost(PATIENCE).until(() -> telemetry.prometheusText().contains("weft_access_log_sent_total 3000.0"));
        broker.stop();
        // More than the producer's buffer and the queue hold: some must be dropped.
        int during = 150_000;
        finish(telemetry, during);
        broker.start();
        int after = 2_000;
        finish(telemetry, after);
        telemetry.close(PATIENCE);
        MetricBatch last = lastBatch();
        assertThat(last.getAccessLogEntries()).isEqualTo(before + during + after);
        assertThat(last.getAccessLogDropped()).isPositive();
        assertThat(records(topics.accessLogs()).size() + last.getAccessLogDropped())
                .isEqualTo(last.getAccessLogEntries());
    }
}
