package weft.publish.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import weft.log.BundleDraft;
import weft.log.KafkaClients;
import weft.log.MeshTopics;
import weft.log.RulePublisher;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.log.testing.TestRules;
import weft.schema.Bundle;

/** A history that somebody tampered with, as whoever owns the brokers could. */
class JournalAuditTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int BUNDLES = 6;
    private static final TestBroker BROKER = TestBroker.shared();
    private static final TopicNames TRUE = TestBroker.freshTopics();
    private static final WireCodec CODEC = WireCodec.withLocalSchemas();
    private static final List<ConsumerRecord<byte[], byte[]>> RULES = new ArrayList<>();
    private static final List<ConsumerRecord<byte[], byte[]>> JOURNAL = new ArrayList<>();
    private static KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    static void publish() {
        try (RulePublisher publisher = mesh(TRUE).publisher("test", CODEC)) {
            for (int i = 1; i < BUNDLES; i++) {
                publisher.publish(BundleDraft.upserting(List.of(TestRules.virtualService("a", "v" + i)))
                        .by("ada", "desk", "change " + i, ""));
            }
            publisher.publish(BundleDraft.deleting(List.of(TestRules.key("a"))));
        }
        RULES.addAll(records(TRUE.rules()));
        JOURNAL.addAll(records(TRUE.journal()));
        producer = new KafkaProducer<>(BROKER.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void close() {
        producer.close(Duration.ZERO);
    }

    private static MeshAddress mesh(TopicNames topics) {
        return new MeshAddress(BROKER.clientProperties(), topics, TIMEOUT);
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                KafkaClients.with(
                        BROKER.clientProperties(),
                        Map.of("isolation.level", "read_committed", "auto.offset.reset", "earliest")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            KafkaClients.close(consumer);
        }
        return records;
    }

    /** A mesh with the same rules, and a journal made from the true one. */
    private static JournalAudit.Result audited(UnaryOperator<List<byte[]>> tampering)
            throws ExecutionException, InterruptedException {
        TopicNames topics = TestBroker.freshTopics();
        new TopicAdmin(BROKER.clientProperties(), TIMEOUT).ensure(new MeshTopics(topics).control());
        for (ConsumerRecord<byte[], byte[]> each : RULES) {
            producer.send(new ProducerRecord<>(topics.rules(), 0, each.key(), each.value(), each.headers()));
        }
        List<byte[]> values = new ArrayList<>();
        JOURNAL.forEach(each -> values.add(each.value()));
        for (byte[] value : tampering.apply(values)) {
            producer.send(
                    new ProducerRecord<>(topics.journal(), 0, JOURNAL.get(0).key(), value));
        }
        producer.flush();
        return new JournalAudit(mesh(topics)).run();
    }

    private static UnaryOperator<List<byte[]>> editing(int index) {
        return values -> {
            try {
                Bundle bundle = CODEC.decode(values.get(index), Bundle.class);
                SpecificRecord edited =
                        Bundle.newBuilder(bundle).setAuthor("somebody else").build();
                values.set(index, CODEC.encode(edited));
                return values;
            } catch (weft.log.WireException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static void assertBrokenAt(JournalAudit.Result result, long bundle, String text) {
        assertThat(result.isUnbroken()).isFalse();
        assertThat(result.breaks().get(0).bundle()).isEqualTo(bundle);
        assertThat(result.breaks().get(0).text()).contains(text);
    }

    @Test
    void theTrueHistoryIsUnbroken() throws Exception {
        JournalAudit.Result result = audited(UnaryOperator.identity());
        assertThat(result.breaks()).isEmpty();
        assertThat(result.bundles()).isEqualTo(BUNDLES);
        assertThat(result.notes()).isEmpty();
        assertThat(new JournalAudit(mesh(TRUE)).run()).isEqualTo(result);
    }

    @Test
    void anEditedBundleIsNamed() throws Exception {
        assertBrokenAt(audited(editing(2)), 3, "so bundle 3 was edited, or 4 was");
        assertBrokenAt(audited(editing(0)), 1, "so bundle 1 was edited, or 2 was");
    }

    @Test
    void theLastBundleCannotBeEditedEither() throws Exception {
        assertBrokenAt(audited(editing(BUNDLES - 1)), BUNDLES, "not the one that its commit record vouches for");
    }

    @Test
    void missingBundlesAreNamed() throws Exception {
        JournalAudit.Result middle = audited(values -> {
            values.subList(2, 4).clear();
            return values;
        });
        assertBrokenAt(middle, 3, "bundles 3 to 4 are missing: the entry after bundle 2 is that of 5");
        JournalAudit.Result tail = audited(values -> values.subList(0, BUNDLES - 1));
        assertBrokenAt(tail, BUNDLES, "bundle " + BUNDLES + " is missing");
    }

    @Test
    void aBundleInAnotherPlaceIsNamed() throws Exception {
        JournalAudit.Result result = audited(values -> {
            Collections.swap(values, 2, 3);
            return values;
        });
        assertBrokenAt(result, 3, "missing");
        assertThat(result.breaks()).anySatisfy(each -> {
            assertThat(each.bundle()).isEqualTo(3);
            assertThat(each.text()).contains("put in another order");
        });
    }

    @Test
    void anEntryOfRubbishIsNamed() throws Exception {
        JournalAudit.Result result = audited(values -> {
            values.set(1, new byte[] {1, 2, 3});
            return values;
        });
        assertBrokenAt(result, 2, "cannot be read");
    }

    @Test
    void aJournalWhoseBeginningAgedAwayIsVerifiedAsFarAsItGoes() throws Exception {
        JournalAudit.Result result = audited(values -> values.subList(2, BUNDLES));
        assertThat(result.breaks()).isEmpty();
        assertThat(result.notes())
                .containsExactly("the journal begins with bundle 3: what was before it cannot be verified");
    }
}
