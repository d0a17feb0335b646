package weft.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.TestRules.virtualService;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.registry.SchemaRegistry;
import weft.log.testing.TestRegistry;
import weft.schema.AccessLogEntry;
import weft.schema.Commit;
import weft.schema.VirtualService;

/** A log whose values name their schemas by a registry's ids, whatever becomes of the registry. */
class RegisteredLogTest {
    private static final String KEY = "VirtualService/default/a";

    private final Mesh mesh = Mesh.shared();
    private final TestRegistry registry = new TestRegistry();
    private final RecordingSink sink = new RecordingSink();

    @AfterEach
    void close() throws Exception {
        registry.close();
        mesh.close();
    }

    private RulePublisher publisher() {
        Map<String, Object> kafka = new HashMap<>(mesh.kafka());
        kafka.put("schema.registry.url", registry.url());
        WireCodec codec = WireCodec.withLocalSchemas();
        return mesh.opened(RulePublisher.attach(kafka, mesh.names, codec, Mesh.DEADLINE, MeshKeys.NONE));
    }

    private static BundleDraft service(String host) {
        return BundleDraft.upserting(List.of(virtualService("a", host)));
    }

    private byte[] onLog() {
        try (RuleLogView view = new RuleLogView(mesh.kafka(), mesh.names, mesh.decoder(), Mesh.DEADLINE)) {
            view.refresh(Mesh.DEADLINE);
            byte[] value = view.reader().fold().raw(KEY);
            assertThat(value).isNotNull();
            return value == null ? new byte[0] : value;
        }
    }

    private void assertThatServed(String host) {
        RecordingSink fresh = new RecordingSink();
        WireCodec codec = WireCodec.withLocalSchemas();
        RecordDecoder decoder = new RecordDecoder(codec, new SchemaLog(mesh.kafka(), mesh.names, codec, Mesh.DEADLINE));
        RuleLogReader reader =
                mesh.opened(new RuleLogReader(mesh.kafka(), mesh.names, decoder, fresh, ReaderSettings.DEFAULT));
        Mesh.poll(reader, () -> reader.phase() == RuleLogReader.Phase.LIVE);
        assertThat(fresh.hosts()).containsEntry("a", List.of(host));
        assertThat(reader.skipped().total()).isZero();
    }

    @Test
    void aConsumerWithTheRegistryAloneReadsTheRules() throws Exception {
        publisher().publish(service("one"));
        byte[] value = onLog();
        assertThat(value[0]).isZero();
        var written = registry.schema(ByteBuffer.wrap(value).getInt(1));
        GenericRecord record = new GenericDatumReader<GenericRecord>(written)
                .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
        assertThat(record.get("spec").toString()).contains("one");
        assertThat(registry.subjects())
                .containsOnlyKeys(
                        mesh.names.rules() + "-weft.schema.VirtualService",
                        mesh.names.rules() + "-weft.schema.Commit",
                        mesh.names.journal() + "-value");
    }

    @Test
    void onceAnIdIsOnTheLogTheRegistryIsNeededByNobody() {
        publisher().publish(service("one"));
        int asked = registry.requests().size();
        RulePublisher second = publisher();
        second.publish(service("two"));
        assertThat(registry.requests()).hasSize(asked);
        registry.close();
        RulePublisher third = publisher();
        third.publish(service("three"));
        assertThat(third.notices()).isEmpty();
        assertThat(onLog()[0]).isZero();
        assertThatServed("three");
    }

    @Test
    void aDeadRegistryChangesTheFormatAndNothingElse() {
        registry.close();
        RulePublisher publisher = publisher();
        assertThat(publisher.publish(service("one")).revision()).isEqualTo(1);
        assertThat(publisher.notices()).singleElement().asString().contains("does not answer");
        assertThat(WireCodec.isSingleObject(onLog())).isTrue();
        assertThatServed("one");
    }

    @Test
    void bothFormatsLieInOneLogAndWritingAgainChangesNothing() {
        mesh.publisher().publish(service("plain"));
        assertThat(publisher().publish(service("plain")).isPublished()).isFalse();
        publisher().publish(service("registered"));
        assertThatServed("registered");
        mesh.publisher().publish(service("plain again"));
        assertThatServed("plain again");
    }

    @Test
    void anIdThatNamesAnotherSchemaOnTheLogIsNotUsed() {
        publisher().publish(service("one"));
        try (TestRegistry anew = new TestRegistry()) {
            anew.put("x", "\"string\"");
            WireCodec codec = new WireCodec();
            Map<String, Object> properties = Map.of("schema.registry.url", anew.url());
            SchemaIds ids = new SchemaIds(
                    new SchemaLog(mesh.kafka(), mesh.names, codec, Mesh.DEADLINE),
                    codec,
                    requireNonNull(SchemaRegistry.of(properties)));
            SchemaIds.Subject entries = new SchemaIds.Subject("entries", AccessLogEntry.getClassSchema());
            assertThat(ids.assign(List.of(entries))).singleElement().asString().contains("made anew?");
            assertThat(codec.header(AccessLogEntry.getClassSchema()).bytes()).hasSize(10);
            assertThat(ids.assign(List.of(new SchemaIds.Subject("rules", VirtualService.getClassSchema()))))
                    .isEmpty(); // its id is that of the log
        }
    }

    @Test
    void valuesOfIdsThatNobodyKnowsAreRefusedAloneAndSoon() {
        publisher().publish(service("one"));
        RuleLogReader reader = mesh.reader(sink, ReaderSettings.DEFAULT);
        Mesh.poll(reader, () -> sink.revision() == 1);
        Map<String, Object> transactional =
                Map.of("transactional.id", mesh.names.prefix() + "-intruder", "linger.ms", 5);
        KafkaProducer<byte[], byte[]> intruder = mesh.producer(transactional);
        intruder.initTransactions();
        intruder.beginTransaction();
        int count = 1_000;
        for (int i = 0; i < count; i++) { // each would cost a look at the schemas topic
            byte[] value =
                    ByteBuffer.allocate(9).put((byte) 0).putInt(1_000_000 + i).array();
            intruder.send(mesh.rule(BundleHeaders.COMMIT_KEY, value, new BundleHeaders(2, 1, 1, "evil")));
        }
        intruder.commitTransaction();
        long start = System.nanoTime();
        Mesh.poll(reader, () -> reader.skipped().total() == count);
        System.out.println(
                "RegisteredLogTest: " + count + " unknown ids in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        publisher().publish(service("two"));
        Mesh.poll(reader, () -> sink.revision() == 2);
        assertThat(sink.hosts()).containsEntry("a", List.of("two"));
        assertThat(reader.skipped().counts()).containsOnlyKeys(SkipReason.COMMIT_UNREADABLE);
    }

    @Test
    void schemasThatARegistryMakesUpAreRefused() {
        WireCodec codec = WireCodec.withLocalSchemas();
        SchemaLog schemas = new SchemaLog(mesh.kafka(), mesh.names, codec, Mesh.DEADLINE)
                .asking(SchemaRegistry.of(Map.of("schema.registry.url", registry.url())));
        RecordDecoder decoder = new RecordDecoder(codec, schemas);
        String deep = "{\"type\":\"array\",\"items\":".repeat(1_000) + "\"int\"" + "}".repeat(1_000);
        String classes = "{\"type\":\"record\",\"name\":\"Runtime\",\"namespace\":\"java.lang\",\"fields\":[]}";
        String endless = "{\"type\":\"record\",\"name\":\"AccessLogEntry\",\"namespace\":\"weft.schema\",\"fields\":["
                + "{\"name\":\"again\",\"type\":\"weft.schema.AccessLogEntry\"}]}";
        String typed = "{\"type\":\"record\",\"name\":\"AccessLogEntry\",\"namespace\":\"weft.schema\",\"fields\":["
                + "{\"name\":\"path\",\"type\":{\"type\":\"string\",\"java-class\":\"java.io.File\"}}]}";
        for (String odd : List.of(deep, classes, endless, typed, "\"int\"", "{", "\"\\ud800\"")) {
            byte[] value = ByteBuffer.allocate(64)
                    .put((byte) 0)
                    .putInt(registry.put("x", odd))
                    .array();
            assertThatThrownBy(() -> decoder.decode(value, AccessLogEntry.class))
                    .as(odd)
                    .isInstanceOf(WireException.class);
        }
        int real = registry.put("x", AccessLogEntry.getClassSchema().toString());
        byte[] value = ByteBuffer.allocate(5).put((byte) 0).putInt(real).array();
        assertThatThrownBy(() -> decoder.decode(value, AccessLogEntry.class))
                .isInstanceOfSatisfying(
                        WireException.class, e -> assertThat(e.code()).isEqualTo(WireException.Code.CORRUPT_BODY));
    }

    @Test
    void whatIsSignedIsNeverReadByAnId() {
        publisher().publish(service("one"));
        RuleFold fold = new RuleFold(new BundleTrust(TrustedKeys.NONE, mesh.names.rules(), mesh.codec), skipped -> {});
        byte[] value = onLog();
        BundleRecord record = new BundleRecord(KEY, value, new BundleHeaders(1, 1, 0, "b"), 7);
        fold.add(record, false);
        StateDigest digest = new StateDigest();
        digest.add(KEY, value);
        Commit commit = Commit.newBuilder()
                .setRevision(1)
                .setCount(1)
                .setBundleId("b")
                .setStateDigest(ByteBuffer.wrap(digest.toBytes()))
                .build();
        fold.commit(new RuleFold.CommitPoint(commit, mesh.codec.encode(commit), 8, 0), false);
        List<String> keys = List.of(KEY);
        assertThat(new RuleChanges(mesh.decoder(), false).of(fold, keys, 8))
                .singleElement()
                .isInstanceOf(RuleChange.Put.class);
        assertThat(new RuleChanges(mesh.decoder(), true).of(fold, keys, 8))
                .singleElement()
                .isInstanceOfSatisfying(
                        RuleChange.Unreadable.class,
                        bad -> assertThat(bad.text()).contains("no signature covers"));
    }

    @Test
    void notesBesideValuesReadThemWithoutBrokerOrRegistry() throws Exception {
        publisher().publish(service("one"));
        byte[] value = onLog();
        WireCodec reader = WireCodec.withLocalSchemas();
        RecordDecoder decoder =
                new RecordDecoder(reader, new SchemaLog(mesh.kafka(), mesh.names, reader, Mesh.DEADLINE));
        decoder.decode(value);
        List<String> notes = SchemaNotes.of(List.of(value), reader);
        WireCodec alone = WireCodec.withLocalSchemas();
        SchemaNotes.teach(notes, alone);
        assertThat(((VirtualService) alone.decode(value)).getSpec().getHosts()).containsExactly("one");
        assertThat(WireCodec.isSingleObject(alone.inSingleObject(value))).isTrue();
        assertThat(WireCodec.withLocalSchemas().decode(alone.inSingleObject(value)))
                .isEqualTo(alone.decode(value));
    }

    @Test
    void oddRecordsOnTheSchemasTopicHideNoId() {
        publisher().publish(service("one"));
        KafkaProducer<byte[], byte[]> intruder = mesh.producer(Map.of());
        for (String key : List.of("id/", "id/x", "id/99999999999", "id/-1", "id/7/7", "")) {
            intruder.send(new ProducerRecord<>(
                    mesh.names.schemas(), key.getBytes(StandardCharsets.UTF_8), "zz".getBytes(StandardCharsets.UTF_8)));
        }
        intruder.flush();
        assertThatServed("one");
    }
}
