package weft.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import weft.log.testing.TestBroker;

/** One mesh on a test broker: its topics, and the clients a test asks for. Confined to the test's thread. */
final class Mesh implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(60);
    static final Duration POLL = Duration.ofMillis(100);
    private static final long AWAIT_NANOS = Duration.ofSeconds(20).toNanos();

    final TestBroker broker;
    final TopicNames names = TestBroker.freshTopics();
    final WireCodec codec = WireCodec.withLocalSchemas();
    private final List<AutoCloseable> opened = new ArrayList<>();

    Mesh(TestBroker broker, Map<String, String> rulesOverrides) {
        this.broker = broker;
        MeshTopics topics = new MeshTopics(names);
        new TopicAdmin(kafka(), DEADLINE)
                .ensure(List.of(
                        topics.rules().with(rulesOverrides), topics.journal(), topics.schemas(), topics.proxies()));
    }

    static Mesh shared() {
        return new Mesh(TestBroker.shared(), Map.of());
    }

    Map<String, Object> kafka() {
        return broker.clientProperties();
    }

    RulePublisher publisher() {
        return publisher(MeshKeys.NONE);
    }

    RulePublisher publisher(MeshKeys keys) {
        return opened(RulePublisher.attach(kafka(), names, codec, DEADLINE, keys));
    }

    RuleLogReader reader(RuleSink sink, ReaderSettings settings) {
        return opened(new RuleLogReader(kafka(), names, decoder(), sink, settings));
    }

    RecordDecoder decoder() {
        return new RecordDecoder(codec, new SchemaLog(kafka(), names, codec, DEADLINE));
    }

    <T extends AutoCloseable> T opened(T client) {
        opened.add(client);
        return client;
    }

    /** Polls until the condition holds. */
    static void poll(RuleLogReader reader, BooleanSupplier until) {
        long deadline = System.nanoTime() + AWAIT_NANOS;
        while (!until.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not reached, reader is " + reader.phase() + " " + reader.detail());
            }
            reader.poll(POLL);
        }
    }

    /** A producer with nothing but what {@code config} adds. */
    KafkaProducer<byte[], byte[]> producer(Map<String, Object> config) {
        return opened(new KafkaProducer<>(
                KafkaClients.with(kafka(), config), new ByteArraySerializer(), new ByteArraySerializer()));
    }

    ProducerRecord<byte[], byte[]> rule(String key, byte @Nullable [] value, BundleHeaders headers) {
        return new ProducerRecord<>(names.rules(), 0, key.getBytes(StandardCharsets.UTF_8), value, headers.toHeaders());
    }

    /** Keys of all records that the log still holds, commit records aside. */
    Set<String> keysInLog() {
        Set<String> keys = new TreeSet<>();
        recordsInLog().forEach(each -> keys.add(key(each)));
        keys.remove(BundleHeaders.COMMIT_KEY);
        return keys;
    }

    /** Whether the log still holds a commit record at this offset. */
    boolean holdsCommit(long offset) {
        return recordsInLog().stream()
                .anyMatch(each -> each.offset() == offset && key(each).equals(BundleHeaders.COMMIT_KEY));
    }

    private static String key(ConsumerRecord<byte[], byte[]> each) {
        return new String(each.key(), StandardCharsets.UTF_8);
    }

    private List<ConsumerRecord<byte[], byte[]>> recordsInLog() {
        Map<String, Object> config = KafkaClients.with(
                kafka(), Map.of("auto.offset.reset", "earliest", "isolation.level", "read_committed"));
        TopicPartition partition = new TopicPartition(names.rules(), 0);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(POLL).forEach(records::add);
            }
            KafkaClients.close(consumer);
        }
        return records;
    }

    /** Creates a rules topic under the name of the one that was deleted. */
    void createRulesAgain() {
        new TopicAdmin(kafka(), DEADLINE).ensure(List.of(new MeshTopics(names).rules()));
    }

    /** An operator who begins a log anew takes the journal of the old one away too. */
    void forgetJournal() {
        admin(admin -> admin.deleteTopics(List.of(names.journal())).all().get());
        new TopicAdmin(kafka(), DEADLINE).ensure(List.of(new MeshTopics(names).journal()));
    }

    void admin(AdminCall call) {
        try (Admin admin = Admin.create(kafka())) {
            call.run(admin);
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @FunctionalInterface
    interface AdminCall {
        void run(Admin admin) throws ExecutionException, InterruptedException;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }
}
