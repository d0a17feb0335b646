package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weft.log.RuleLogReader.Phase;
import weft.log.testing.TestBroker;
import weft.schema.Bundle;

/** The rules topic is made anew, or lost its commit record, and its journal has all of it. */
class LostRulesTest {
    private static final ReaderSettings VIGILANT =
            ReaderSettings.DEFAULT.withTimeouts(Mesh.DEADLINE, Duration.ofSeconds(1), Duration.ofMillis(200));

    @TempDir
    private Path folder;

    private final Mesh mesh = new Mesh(TestBroker.shared(), Map.of());
    private final RecordingSink sink = new RecordingSink();
    private final RecordingSink freshSink = new RecordingSink();
    private MeshKeys keys = MeshKeys.NONE;

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private static BundleDraft service(String name, String host) {
        return BundleDraft.upserting(List.of(virtualService(name, host)));
    }

    private static BundleDraft nothing() {
        return BundleDraft.upserting(List.of());
    }

    private void sign() throws Exception {
        KeyPair pair = PemKeys.generate();
        Files.writeString(folder.resolve("a.pem"), PemKeys.text(pair.getPublic()));
        keys = new MeshKeys(new BundleSigner(pair), TrustedKeys.load(folder));
    }

    private RuleLogReader reader(RecordingSink into) {
        return mesh.reader(into, VIGILANT.withTrusted(keys.trusted()));
    }

    /** Three bundles: two rules, one of them changed, a third that comes and goes. */
    private RuleLogReader threeBundles() {
        RulePublisher publisher = mesh.publisher(keys);
        publisher.publish(BundleDraft.upserting(
                List.of(virtualService("a", "one"), virtualService("b", "two"), virtualService("gone", "x"))));
        publisher.publish(service("a", "three"));
        publisher.publish(BundleDraft.deleting(List.of(key("gone"))));
        RuleLogReader running = reader(sink);
        Mesh.poll(running, () -> sink.revision() == 3);
        return running;
    }

    /** What the journal adds up to, by its own way of reading it. */
    private LostRules journal() throws Exception {
        Map<String, byte[]> values = new HashMap<>();
        try (LogPast past = new LogPast(mesh.kafka(), Mesh.DEADLINE)) {
            past.readAll(mesh.names.journal(), each -> {
                try {
                    mesh.codec.decode(each.value(), Bundle.class).getChanges().forEach(change -> {
                        var after = change.getAfter();
                        if (after == null) {
                            values.remove(change.getKey());
                        } else {
                            byte[] bytes = new byte[after.remaining()];
                            after.duplicate().get(bytes);
                            values.put(change.getKey(), bytes);
                        }
                    });
                } catch (WireException e) {
                    throw new AssertionError(e);
                }
            });
        }
        return new LostRules(3, values);
    }

    private void assertRestored(RuleLogReader running) throws Exception {
        RulePublisher publisher = mesh.publisher(keys);
        publisher.restore(journal());
        assertThat(publisher.publish(nothing()).revision()).isEqualTo(4);
        Mesh.poll(running, () -> sink.revision() == 4 && running.phase() == Phase.LIVE);
        assertThat(sink.hosts()).isEqualTo(Map.of("a", List.of("three"), "b", List.of("two")));
        RuleLogReader fresh = reader(freshSink);
        Mesh.poll(fresh, () -> fresh.phase() == Phase.LIVE);
        assertThat(freshSink.tables).containsExactly(new RecordingSink.Table(4, sink.hosts()));

        mesh.publisher(keys).publish(service("c", "four"));
        Mesh.poll(running, () -> sink.revision() == 5);
        Mesh.poll(fresh, () -> freshSink.revision() == 5);
        assertThat(freshSink.hosts()).isEqualTo(sink.hosts()).containsOnlyKeys("a", "b", "c");
    }

    @ParameterizedTest(name = "signed={0}")
    @ValueSource(booleans = {false, true})
    void aTopicMadeAnewGetsItsRulesBackAndNobodyBuildsOnNothingBefore(boolean isSigned) throws Exception {
        if (isSigned) {
            sign();
        }
        RuleLogReader running = threeBundles();
        mesh.admin(
                admin -> admin.deleteTopics(List.of(mesh.names.rules())).all().get());
        mesh.createRulesAgain();
        assertThatThrownBy(() -> mesh.publisher(keys).publish(service("c", "four")))
                .isInstanceOf(RuleLogException.class)
                .hasMessageContaining("ends with bundle 0, its journal with bundle 3")
                .hasMessageContaining("weft restore");
        assertRestored(running);
    }

    @ParameterizedTest(name = "signed={0}")
    @ValueSource(booleans = {false, true})
    void aLogWithoutItsCommitRecordIsMendedAndWhatWasForgedThereGoes(boolean isSigned) throws Exception {
        if (isSigned) {
            sign();
        }
        RuleLogReader running = threeBundles();
        mesh.admin(
                admin -> admin.deleteTopics(List.of(mesh.names.rules())).all().get());
        mesh.createRulesAgain();
        KafkaProducer<byte[], byte[]> intruder = mesh.producer(Map.of());
        BundleHeaders headers = new BundleHeaders(2, 1, 0, "stray");
        byte[] forged = mesh.codec.encode(virtualService("forged", "evil"));
        intruder.send(mesh.rule("VirtualService/default/forged", forged, headers))
                .get();
        intruder.send(mesh.rule("VirtualService/default/a", forged, headers)).get();
        intruder.send(mesh.rule(BundleHeaders.COMMIT_KEY, new byte[] {1}, headers))
                .get();
        assertThatThrownBy(() -> mesh.publisher(keys).publish(service("c", "four")))
                .isInstanceOf(RuleLogException.class)
                .hasMessageContaining("no commit record that counts");
        assertRestored(running);
    }
}
