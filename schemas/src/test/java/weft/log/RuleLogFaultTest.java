package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.RuleLogReader.Phase;
import weft.log.testing.TestBroker;
import weft.schema.Metadata;
import weft.schema.VirtualService;

/** What Kafka, compaction and operators can do to a log, and what the reader makes of it. */
class RuleLogFaultTest {
    static final Map<String, String> HASTY_COMPACTION = Map.of(
            "segment.ms", "100",
            "min.cleanable.dirty.ratio", "0.0001",
            "min.compaction.lag.ms", "0",
            "max.compaction.lag.ms", "100",
            "delete.retention.ms", "100");

    private static final ReaderSettings VIGILANT =
            ReaderSettings.DEFAULT.withTimeouts(Mesh.DEADLINE, Duration.ofSeconds(1), Duration.ofMillis(200));

    private final Mesh mesh = new Mesh(TestBroker.shared(), HASTY_COMPACTION);
    private final RecordingSink sink = new RecordingSink();

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private static BundleDraft service(String name, String host) {
        return BundleDraft.upserting(List.of(virtualService(name, host)));
    }

    @Test
    void anOpenTransactionIsWaitedForAndNeverReadPast() {
        KafkaProducer<byte[], byte[]> stranger = mesh.producer(Map.of("transactional.id", mesh.names.prefix() + "-x"));
        stranger.initTransactions();
        stranger.beginTransaction();
        stranger.send(new ProducerRecord<>(mesh.names.rules(), 0, "x".getBytes(StandardCharsets.UTF_8), null));
        stranger.flush();
        // Committed, but above the open transaction: the read_committed end of the log hides it.
        RawBundles raw = new RawBundles(mesh);
        byte[] one = mesh.codec.encode(virtualService("a", "one"));
        raw.write("VirtualService/default/a", one);
        raw.write("VirtualService/default/b", mesh.codec.encode(virtualService("b", "two")));

        RuleLogReader reader = mesh.reader(sink, VIGILANT);
        Mesh.poll(reader, () -> reader.phase() == Phase.DEGRADED);
        assertThat(reader.detail()).contains("a transaction stays open");
        assertThat(sink.updates).isEmpty();

        stranger.abortTransaction();
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        assertThat(sink.revision()).isEqualTo(2);
        assertThat(sink.hosts()).containsOnlyKeys("a", "b");
    }

    @Test
    void aTombstoneThatExpiredWhileTheProxySleptIsFoundOutByTheDigest() {
        RulePublisher publisher = mesh.publisher();
        publisher.publish(new BundleDraft(
                List.of(virtualService("a", "one"), virtualService("zombie", "two")), List.of(), "", "", "", ""));
        RuleLogReader first = mesh.reader(sink, ReaderSettings.DEFAULT);
        Mesh.poll(first, () -> sink.revision() == 1);
        SavedRules saved = Objects.requireNonNull(first.save());
        first.close();

        publisher.publish(BundleDraft.deleting(List.of(key("zombie"))));
        compactAway(publisher, "VirtualService/default/zombie");

        RecordingSink second = new RecordingSink();
        RuleLogReader resumed = mesh.reader(second, ReaderSettings.DEFAULT);
        resumeFrom(resumed, saved);
        assertThat(second.hosts()).containsOnlyKeys("a", "zombie"); // warm: the best that is known
        Mesh.poll(resumed, () -> resumed.phase() == Phase.LIVE);
        assertThat(second.hosts()).containsOnlyKeys("a");
        assertThat(second.revision()).isEqualTo(publisher.refresh().revision());
    }

    /** Compaction goes on while a log is read: the end that was aimed at is not whole then, only a later one is. */
    @Test
    void whatCompactionTookForALaterBundleIsNotJudgedBeforeThatOneIsRead() throws Exception {
        try (Mesh calm = Mesh.shared()) {
            String taken = "VirtualService/default/b";
            RawBundles raw = new RawBundles(calm);
            raw.takeFromNext(taken, calm.codec.encode(virtualService("b", "old")));
            raw.write("VirtualService/default/a", calm.codec.encode(virtualService("a", "one")));
            endWithoutMarker(calm);
            RuleLogReader reader = calm.reader(sink, ReaderSettings.DEFAULT.withMaxPollRecords(1));
            RuleFold first = reader.fold();
            Mesh.poll(reader, () -> reader.fold() != first); // it reads again, to the end there is now

            raw.write(taken, calm.codec.encode(virtualService("b", "new")));
            Mesh.poll(reader, () -> {
                assertThat(reader.phase()).as(reader.detail()).isNotEqualTo(Phase.DEGRADED);
                return reader.phase() == Phase.LIVE;
            });
            assertThat(sink.hosts()).containsOnlyKeys("a", "b");
            assertThat(sink.revision()).isEqualTo(2);
        }
    }

    /** A record that is none of a bundle, without the marker of a transaction behind it: reading stops right there. */
    private static void endWithoutMarker(Mesh mesh) {
        KafkaProducer<byte[], byte[]> stranger = mesh.producer(Map.of());
        stranger.send(new ProducerRecord<>(mesh.names.rules(), 0, "~x".getBytes(StandardCharsets.UTF_8), new byte[1]));
        stranger.flush();
    }

    @Test
    void rulesSavedLongAgoAreReadFromTheStart() {
        RulePublisher publisher = mesh.publisher();
        publisher.publish(service("a", "one"));
        RuleLogReader first = mesh.reader(sink, ReaderSettings.DEFAULT);
        Mesh.poll(first, () -> first.phase() == Phase.LIVE);
        SavedRules young = Objects.requireNonNull(first.save());
        publisher.publish(service("b", "two"));
        long age = ReaderSettings.DEFAULT.maxResumeAge().toMillis();
        SavedRules old = new SavedRules(
                young.clusterId(),
                young.topicId(),
                young.leaderEpoch(),
                young.commitOffset(),
                young.commit(),
                young.savedAtMillis() - age - 1,
                young.values());
        for (SavedRules saved : List.of(young, old)) {
            RecordingSink resumedSink = new RecordingSink();
            RuleLogReader resumed = mesh.reader(resumedSink, ReaderSettings.DEFAULT);
            resumeFrom(resumed, saved);
            RuleFold restored = resumed.fold();
            Mesh.poll(resumed, () -> resumed.phase() == Phase.LIVE);
            assertThat(resumedSink.hosts()).containsOnlyKeys("a", "b");
            assertThat(resumed.fold() == restored).isEqualTo(saved.equals(young));
        }
    }

    private static void resumeFrom(RuleLogReader reader, SavedRules saved) {
        try {
            reader.resume(saved);
        } catch (WireException e) {
            throw new AssertionError(e);
        }
    }

    /** Publishes until neither a value nor a tombstone of the key is left in the log. */
    private void compactAway(RulePublisher publisher, String key) {
        for (int round = 0; mesh.keysInLog().contains(key); round++) {
            assertThat(round).as("compaction did not come").isLessThan(100);
            publisher.publish(service("a", "round" + round)); // a segment is rolled by an append
            pause(120);
        }
    }

    /** Lets a segment grow old enough to be rolled: time is what the condition is about. */
    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTopicCreatedAnewIsNoticedAndNotFollowedBackwards() {
        RulePublisher publisher = mesh.publisher();
        for (int i = 0; i < 3; i++) {
            publisher.publish(service("a", "old" + i));
        }
        RuleLogReader careful = mesh.reader(sink, VIGILANT);
        RecordingSink acceptingSink = new RecordingSink();
        RuleLogReader accepting = mesh.reader(acceptingSink, VIGILANT.withAcceptNewLog(true));
        Mesh.poll(careful, () -> sink.revision() == 3);
        Mesh.poll(accepting, () -> acceptingSink.revision() == 3);

        mesh.admin(
                admin -> admin.deleteTopics(List.of(mesh.names.rules())).all().get());
        Mesh.poll(careful, () -> careful.phase() == Phase.CONNECTING);
        assertThat(careful.detail()).isEqualTo("topic " + mesh.names.rules() + " does not exist");
        mesh.createRulesAgain();
        mesh.forgetJournal();
        mesh.publisher().publish(service("b", "new"));

        Mesh.poll(careful, () -> careful.phase() == Phase.DEGRADED);
        assertThat(careful.detail()).contains("went back from revision 3 to 1", "--accept-new-log");
        assertThat(sink.hosts()).containsOnlyKeys("a");
        Mesh.poll(accepting, () -> acceptingSink.revision() == 1);
        assertThat(acceptingSink.hosts()).containsOnlyKeys("b");
    }

    @Test
    void anAcceptedLogThatIsStillEmptyTakesTheOldRulesAwayWithItsFirstBundle() {
        mesh.publisher().publish(service("a", "old"));
        RuleLogReader reader = mesh.reader(sink, VIGILANT.withAcceptNewLog(true));
        Mesh.poll(reader, () -> sink.revision() == 1 && reader.phase() == Phase.LIVE);

        mesh.admin(
                admin -> admin.deleteTopics(List.of(mesh.names.rules())).all().get());
        Mesh.poll(reader, () -> reader.phase() == Phase.CONNECTING);
        mesh.createRulesAgain();
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        assertThat(sink.hosts()).containsOnlyKeys("a");

        mesh.forgetJournal();
        mesh.publisher().publish(service("b", "new"));
        Mesh.poll(reader, () -> sink.hosts().containsKey("b"));
        assertThat(sink.hosts()).containsOnlyKeys("b");
    }

    @Test
    void aValueThatCannotBeReadKeepsItsLastGoodVersionAndTheDigestStillAgrees() {
        RawBundles raw = new RawBundles(mesh);
        byte[] good = mesh.codec.encode(virtualService("a", "one"));
        raw.write("VirtualService/default/a", good);
        RuleLogReader reader = mesh.reader(sink, ReaderSettings.DEFAULT);
        Mesh.poll(reader, () -> sink.revision() == 1);

        raw.write("VirtualService/default/a", Arrays.copyOf(good, good.length - 3));
        Mesh.poll(reader, () -> sink.revision() == 2);
        raw.write("VirtualService/default/b", mesh.codec.encode(virtualService("b", "two")));
        Mesh.poll(reader, () -> sink.revision() == 3);

        assertThat(reader.phase()).isEqualTo(Phase.LIVE);
        assertThat(sink.hosts()).containsOnlyKeys("a", "b");
        assertThat(sink.problemOf("VirtualService/default/a")).isEqualTo(WireException.Code.CORRUPT_BODY);
        raw.write("VirtualService/default/a", null);
        Mesh.poll(reader, () -> sink.revision() == 4);
        assertThat(sink.hosts()).containsOnlyKeys("b");
        assertThat(sink.unreadable).isEmpty();
    }

    @Test
    void aStrayAboveARuleIsWrittenOverBeforeCompactionKeepsIt() {
        RulePublisher publisher = mesh.publisher();
        publisher.publish(service("a", "one"));
        byte[] evil = mesh.codec.encode(virtualService("a", "evil"));
        KafkaProducer<byte[], byte[]> stranger = mesh.producer(Map.of());
        stranger.send(mesh.rule("VirtualService/default/a", evil, new BundleHeaders(2, 1, 0, "evil")));
        stranger.send(mesh.rule("VirtualService/default/x", evil, new BundleHeaders(2, 1, 0, "evil")));
        stranger.flush();
        RuleLogReader before = mesh.reader(sink, ReaderSettings.DEFAULT);
        Mesh.poll(before, () -> before.phase() == Phase.LIVE); // a stray at the end of the log keeps nobody waiting
        assertThat(sink.hosts()).containsEntry("a", List.of("one"));

        publisher.publish(service("b", "two"));
        Mesh.poll(before, () -> sink.revision() == 2);
        assertThat(before.skipped().counts()).containsExactlyEntriesOf(Map.of(SkipReason.STRAY, 2L));
        compactAway(publisher, "VirtualService/default/x");
        RecordingSink late = new RecordingSink();
        RuleLogReader reader = mesh.reader(late, ReaderSettings.DEFAULT);
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        assertThat(late.hosts()).containsOnlyKeys("a", "b");
        assertThat(late.revision()).isEqualTo(publisher.refresh().revision());
    }

    @Test
    void aNewerSchemaIsReadOnceTheSchemasTopicHasIt() throws Exception {
        Schema newer = withField(VirtualService.getClassSchema(), "novelty");
        RawBundles raw = new RawBundles(mesh);
        raw.write("VirtualService/default/a", encoded(newer, virtualService("a", "one")));
        AtomicLong ticks = new AtomicLong();
        SchemaLog impatient = new SchemaLog(
                mesh.kafka(), mesh.names, mesh.codec, Mesh.DEADLINE, () -> ticks.addAndGet(11_000_000_000L) / 2);
        RuleLogReader reader = mesh.opened(new RuleLogReader(
                mesh.kafka(), mesh.names, new RecordDecoder(mesh.codec, impatient), sink, ReaderSettings.DEFAULT));
        Mesh.poll(reader, () -> sink.revision() == 1);
        assertThat(sink.problemOf("VirtualService/default/a")).isEqualTo(WireException.Code.UNKNOWN_SCHEMA);

        new SchemaLog(mesh.kafka(), mesh.names, mesh.codec, Mesh.DEADLINE).publish(List.of(newer));
        Mesh.poll(reader, () -> sink.unreadable.isEmpty());
        assertThat(sink.hosts()).containsEntry("a", List.of("one"));
    }

    private static Schema withField(Schema schema, String field) {
        Schema wider = Schema.createRecord(schema.getName(), null, schema.getNamespace(), false);
        List<Schema.Field> fields = new ArrayList<>();
        schema.getFields().forEach(f -> fields.add(new Schema.Field(f.name(), f.schema(), null, f.defaultVal())));
        fields.add(new Schema.Field(field, SchemaBuilder.builder().stringType(), null, ""));
        wider.setFields(fields);
        return wider;
    }

    private static byte[] encoded(Schema schema, VirtualService value) throws Exception {
        GenericRecord record = new GenericData.Record(schema);
        record.put("metadata", Metadata.newBuilder(value.getMetadata()).build());
        record.put("spec", value.getSpec());
        record.put("novelty", ""); // its default, else this build would refuse the rule
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0xC3, 1});
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(WireCodec.fingerprint(schema))
                .array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        return out.toByteArray();
    }
}
