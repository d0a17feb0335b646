package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.RuleLogReader.Phase;
import weft.log.testing.TestBroker;
import weft.rules.Ownership;
import weft.schema.Commit;
import weft.schema.Metadata;
import weft.schema.VirtualService;

/** A mesh that counts signed bundles only, and what others write to its log. */
class SignedBundlesTest {
    private static final ReaderSettings SIGNED =
            ReaderSettings.DEFAULT.withTimeouts(Mesh.DEADLINE, Duration.ofSeconds(5), Duration.ofMillis(500));

    @TempDir
    private Path folder;

    private Mesh mesh = Mesh.shared();
    private final RecordingSink sink = new RecordingSink();

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private KeyPair trustNew(String name) throws IOException {
        KeyPair pair = PemKeys.generate();
        Files.writeString(folder.resolve(name + ".pem"), PemKeys.text(pair.getPublic()));
        return pair;
    }

    private TrustedKeys trusted() {
        return TrustedKeys.load(folder);
    }

    private RuleLogReader reader(RecordingSink to) {
        return mesh.reader(to, SIGNED.withTrusted(trusted()));
    }

    private RulePublisher signing(KeyPair pair) {
        return mesh.publisher(new MeshKeys(new BundleSigner(pair), TrustedKeys.NONE));
    }

    private static BundleDraft service(String name, String host) {
        return BundleDraft.upserting(List.of(virtualService(name, host)));
    }

    @Test
    void anUnsignedBundleIsSkippedWholeAndTheNextSignedOneTakesItsPlace() throws Exception {
        KeyPair pair = trustNew("team");
        RulePublisher publisher = mesh.publisher(new MeshKeys(new BundleSigner(pair), trusted()));
        publisher.publish(service("a", "signed"));
        RuleLogReader reader = reader(sink);
        Mesh.poll(reader, () -> sink.revision() == 1);

        mesh.publisher()
                .publish(new BundleDraft(
                        List.of(virtualService("a", "evil"), virtualService("b", "evil")), List.of(), "", "", "", ""));
        Mesh.poll(reader, () -> reader.skipped().total() == 3);
        assertThat(reader.skipped().counts()).containsOnlyKeys(SkipReason.UNSIGNED);
        assertThat(reader.skipped().recent().get(0).text()).isEqualTo("bundle 2 is not signed");
        assertThat(reader.phase()).isEqualTo(Phase.LIVE);
        assertThat(sink.hosts()).containsOnly(Map.entry("a", List.of("signed")));

        publisher.publish(service("c", "signed"));
        Mesh.poll(reader, () -> sink.revision() == 2);
        assertThat(sink.hosts()).containsOnlyKeys("a", "c").containsEntry("a", List.of("signed"));
        RecordingSink late = new RecordingSink();
        RuleLogReader another = reader(late);
        Mesh.poll(another, () -> another.phase() == Phase.LIVE);
        assertThat(late.hosts()).isEqualTo(sink.hosts());
    }

    @Test
    void aKeyThatIsNotTrustedIsNamed() throws Exception {
        signing(trustNew("team")).publish(service("a", "signed"));
        RuleLogReader reader = reader(sink);
        Mesh.poll(reader, () -> sink.revision() == 1);
        KeyPair stranger = PemKeys.generate();
        signing(stranger).publish(service("a", "evil"));
        Mesh.poll(reader, () -> reader.skipped().total() == 2);
        assertThat(reader.skipped().recent().get(1).text())
                .contains(PemKeys.id(stranger.getPublic()), "is not trusted");
        assertThat(sink.hosts()).containsEntry("a", List.of("signed"));
    }

    @Test
    void aSignedBundleThatWasChangedMovedOrWrittenAgainIsSkipped() throws Exception {
        KeyPair pair = trustNew("team");
        RulePublisher publisher = signing(pair);
        publisher.publish(service("a", "one"));
        publisher.publish(service("a", "two"));
        RuleLogReader reader = reader(sink);
        Mesh.poll(reader, () -> sink.revision() == 2);
        List<ConsumerRecord<byte[], byte[]>> log = log();
        ConsumerRecord<byte[], byte[]> signedCommit = log.get(3);

        write(List.of(log.get(2), log.get(3))); // again
        write(List.of(log.get(0), log.get(1))); // an older one
        Mesh.poll(reader, () -> reader.skipped().total() == 4);
        assertThat(reader.skipped().counts()).containsOnly(Map.entry(SkipReason.REPLAYED, 4L));

        Commit changed = Commit.newBuilder(mesh.codec.decode(signedCommit.value(), Commit.class))
                .setRevision(3)
                .build();
        BundleHeaders headers = new BundleHeaders(3, 1, 0, changed.getBundleId());
        KafkaProducer<byte[], byte[]> stranger = mesh.producer(Map.of());
        stranger.send(mesh.rule("VirtualService/default/a", log.get(2).value(), headers));
        stranger.send(mesh.rule("~commit", mesh.codec.encode(changed), headers));
        stranger.flush();
        Mesh.poll(reader, () -> reader.skipped().total() == 6);
        assertThat(reader.skipped().counts()).containsEntry(SkipReason.BAD_SIGNATURE, 2L);
        assertThat(sink.revision()).isEqualTo(2);
    }

    @Test
    void aBundleOfAnotherMeshIsNoBundleOfThisOne() throws Exception {
        KeyPair pair = trustNew("team");
        signing(pair).publish(service("own", "own"));
        Mesh other = mesh.opened(Mesh.shared());
        RulePublisher stranger = other.publisher(new MeshKeys(new BundleSigner(pair), TrustedKeys.NONE));
        stranger.publish(service("a", "other"));
        stranger.publish(service("a", "later"));
        List<ConsumerRecord<byte[], byte[]>> theirs = log(other);
        write(theirs);
        RuleLogReader reader = reader(sink);
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        assertThat(sink.hosts()).containsOnlyKeys("own");
        assertThat(reader.skipped().counts()).containsOnlyKeys(SkipReason.REPLAYED, SkipReason.BAD_SIGNATURE);
    }

    @Test
    void anotherRecordUnderTheSameSignatureIsNoticed() throws Exception {
        KeyPair pair = trustNew("team");
        signing(pair).publish(service("a", "one"));
        List<ConsumerRecord<byte[], byte[]>> log = log();
        Mesh copy = mesh.opened(Mesh.shared());
        assertThat(copy.names).isNotEqualTo(mesh.names);
        BundleTrust trust = new BundleTrust(trusted(), mesh.names.rules(), mesh.codec);
        RuleFold.CommitPoint point = new RuleFold.CommitPoint(
                mesh.codec.decode(log.get(1).value(), Commit.class), log.get(1).value(), 1, 0);
        BundleHeaders headers =
                Objects.requireNonNull(BundleHeaders.of(log.get(0).headers()));
        String key = "VirtualService/default/a";
        BundleRecord own = new BundleRecord(key, log.get(0).value(), headers, 0);
        BundleRecord swapped = new BundleRecord(key, mesh.codec.encode(virtualService("a", "x")), headers, 0);
        assertThat(trust.refusal(point, List.of(own))).isNull();
        assertThat(Objects.requireNonNull(trust.refusal(point, List.of(swapped)))
                        .reason())
                .isEqualTo(SkipReason.BAD_SIGNATURE);
    }

    @Test
    void keysAreRotatedOneAfterTheOther() throws Exception {
        KeyPair old = trustNew("2026");
        RulePublisher first = signing(old);
        first.publish(service("a", "old"));
        RuleLogReader reader = reader(sink);
        Mesh.poll(reader, () -> sink.revision() == 1);
        KeyPair next = trustNew("2027");
        RuleLogReader both = reader(new RecordingSink());
        signing(next).publish(service("b", "new"));
        Mesh.poll(both, () -> both.revision() == 2);

        Files.delete(folder.resolve("2026.pem"));
        RecordingSink late = new RecordingSink();
        RuleLogReader newOnly = reader(late); // what the old key signed is vouched for by the new one
        Mesh.poll(newOnly, () -> newOnly.phase() == Phase.LIVE);
        assertThat(late.hosts()).containsOnlyKeys("a", "b");
    }

    @Test
    void aKeyPublishesIntoItsOwnNamespacesOnlyAndCannotVouchForMore() throws Exception {
        KeyPair platform = trustNew("platform");
        KeyPair tenant = trustNew("tenant");
        Path file = folder.resolve("ownership.properties");
        Files.writeString(file, "keys.* = platform\nkeys.default = platform\nkeys.shop = tenant\n");
        TrustedKeys limited = trusted().within(Ownership.load(file));
        RulePublisher publisher = mesh.publisher(new MeshKeys(new BundleSigner(platform), limited));
        publisher.publish(service("a", "platform"));
        RuleLogReader reader = mesh.reader(sink, SIGNED.withTrusted(limited));
        Mesh.poll(reader, () -> sink.revision() == 1);

        RulePublisher intruding = signing(tenant);
        intruding.publish(service("a", "tenant"));
        Mesh.poll(reader, () -> reader.skipped().total() == 2);
        assertThat(reader.skipped().recent().get(0).text())
                .isEqualTo("bundle 2 is signed with key tenant, which may not publish into namespace default");
        intruding.publish(BundleDraft.upserting(List.of(shop("s1"))));
        RecordingSink late = new RecordingSink();
        RuleLogReader other = mesh.reader(late, SIGNED.withTrusted(limited));
        Mesh.poll(other, () -> other.phase() == Phase.LIVE);
        assertThat(late.hosts()).containsOnly(Map.entry("a", List.of("platform")));

        mesh.publisher(new MeshKeys(new BundleSigner(tenant), limited))
                .publish(BundleDraft.upserting(List.of(shop("s2"))));
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE && sink.hosts().containsKey("s2"));
        assertThat(sink.hosts()).containsOnlyKeys("a", "s2").containsEntry("a", List.of("platform"));
    }

    private static VirtualService shop(String name) {
        return VirtualService.newBuilder(virtualService(name, "h"))
                .setMetadata(
                        Metadata.newBuilder().setName(name).setNamespace("shop").build())
                .build();
    }

    @Test
    void compactionLeavesWhatTheLastSignatureCovers() throws Exception {
        mesh = new Mesh(TestBroker.shared(), RuleLogFaultTest.HASTY_COMPACTION);
        KeyPair pair = trustNew("team");
        RulePublisher publisher = signing(pair);
        for (int i = 0; i < 12; i++) {
            publisher.publish(service("s" + i % 3, "v" + i));
        }
        publisher.publish(BundleDraft.deleting(List.of(key("s0"))));
        for (int round = 0; mesh.keysInLog().contains("VirtualService/default/s0"); round++) {
            assertThat(round).as("compaction did not come").isLessThan(100);
            publisher.publish(service("s1", "round" + round));
            Thread.sleep(120); // a segment must grow old enough to be rolled
        }
        RuleLogReader reader = reader(sink);
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        assertThat(sink.hosts()).containsOnlyKeys("s1", "s2");
        assertThat(reader.skipped().total()).isZero();
    }

    @Test
    void whoTrustsKeysAndSignsNothingIsToldSo() throws Exception {
        KeyPair pair = trustNew("team");
        RulePublisher mute = mesh.publisher(new MeshKeys(null, trusted()));
        assertThatThrownBy(() -> mute.publish(service("a", "one")))
                .isInstanceOf(RuleLogException.class)
                .hasMessageContaining("--signing-key");
        KeyPair stranger = PemKeys.generate();
        assertThatThrownBy(() -> new MeshKeys(new BundleSigner(stranger), trusted()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not among the trusted keys");
        Path file = folder.resolve("pair.key");
        Files.writeString(file, PemKeys.text(pair.getPrivate()) + PemKeys.text(pair.getPublic()));
        assertThat(BundleSigner.load(file).keyId()).isEqualTo(PemKeys.id(pair.getPublic()));
        assertThatThrownBy(() -> BundleSigner.load(folder.resolve("team.pem")))
                .hasMessageContaining("expected: one of each");
    }

    private List<ConsumerRecord<byte[], byte[]>> log() {
        return log(mesh);
    }

    private static List<ConsumerRecord<byte[], byte[]>> log(Mesh of) {
        TopicPartition rules = new TopicPartition(of.names.rules(), 0);
        List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
        Map<String, Object> config = KafkaClients.with(of.kafka(), Map.of("isolation.level", "read_committed"));
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(rules));
            consumer.seekToBeginning(List.of(rules));
            long end = consumer.endOffsets(List.of(rules)).getOrDefault(rules, 0L);
            while (consumer.position(rules) < end) {
                consumer.poll(Mesh.POLL).forEach(log::add);
            }
            KafkaClients.close(consumer);
        }
        return log;
    }

    private void write(List<ConsumerRecord<byte[], byte[]>> records) {
        KafkaProducer<byte[], byte[]> stranger = mesh.producer(Map.of());
        records.forEach(
                r -> stranger.send(new ProducerRecord<>(mesh.names.rules(), 0, r.key(), r.value(), r.headers())));
        stranger.flush();
    }
}
