package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.TestRules.virtualService;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.log.RuleLogReader.Phase;
import weft.log.testing.TestBroker;
import weft.schema.Commit;

/** Somebody writes a commit record that is none, and compaction keeps it instead of the true one. */
class LostCommitTest {
    private static final ReaderSettings VIGILANT =
            ReaderSettings.DEFAULT.withTimeouts(Mesh.DEADLINE, Duration.ofSeconds(1), Duration.ofMillis(200));

    private final Mesh mesh = new Mesh(TestBroker.shared(), RuleLogFaultTest.HASTY_COMPACTION);
    private final RecordingSink sink = new RecordingSink();
    private final KafkaProducer<byte[], byte[]> intruder = mesh.producer(Map.of());

    private static final BundleHeaders STRAY = new BundleHeaders(99, 1, 1, "stray");

    enum Stray {
        GARBAGE,
        TOMBSTONE,
        LATER,
        EARLIER
    }

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private static BundleDraft service(String name, String host) {
        return BundleDraft.upserting(List.of(virtualService(name, host)));
    }

    private byte @Nullable [] value(Stray stray) {
        return switch (stray) {
            case GARBAGE -> new byte[] {1, 2, 3};
            case TOMBSTONE -> null;
            case LATER -> commit(99);
            case EARLIER -> commit(0);
        };
    }

    private byte[] commit(long revision) {
        return mesh.codec.encode(Commit.newBuilder()
                .setRevision(revision)
                .setCount(1)
                .setBundleId("stray")
                .setEntries(1)
                .setStateDigest(ByteBuffer.wrap(new byte[32]))
                .setPreviousCommitHash(ByteBuffer.wrap(new byte[32]))
                .build());
    }

    private void write(String key, byte @Nullable [] value, BundleHeaders headers) throws Exception {
        intruder.send(mesh.rule(key, value, headers)).get();
    }

    @Test
    void whatCompactionKeepsOfAnIntruderIsNotTakenForAnEmptyLog() throws Exception {
        RulePublisher publisher = mesh.publisher();
        long commit = publisher.publish(service("a", "one")).commitOffset();
        publisher.refresh();
        RuleLogReader running = mesh.reader(sink, VIGILANT);
        Mesh.poll(running, () -> running.phase() == Phase.LIVE);
        for (int round = 0; mesh.holdsCommit(commit); round++) {
            assertThat(round).as("compaction did not come").isLessThan(100);
            write(BundleHeaders.COMMIT_KEY, new byte[] {1, 2, 3}, STRAY);
            Thread.sleep(120); // a segment is rolled by an append, once it is old enough
        }

        RecordingSink nothing = new RecordingSink();
        RuleLogReader fresh = mesh.reader(nothing, VIGILANT);
        Mesh.poll(fresh, () -> fresh.phase() == Phase.DEGRADED);
        assertRefused(fresh, nothing);

        publisher.publish(service("b", "two")); // it has read what was lost before
        Mesh.poll(running, () -> sink.revision() == 2);
        Mesh.poll(fresh, () -> nothing.revision() == 2);
        assertThat(nothing.hosts()).containsOnlyKeys("a", "b");
        Mesh.poll(fresh, () -> fresh.phase() == Phase.LIVE);
    }

    private void assertRefused(RuleLogReader fresh, RecordingSink nothing) {
        assertThat(fresh.detail()).contains("no commit record that counts");
        assertThat(nothing.updates).isEmpty();
        assertThatThrownBy(() -> mesh.publisher().publish(service("c", "three")))
                .isInstanceOf(RuleLogException.class)
                .hasMessageContaining("no commit record that counts");
    }

    /** What compaction leaves, written at once. */
    @ParameterizedTest
    @EnumSource(Stray.class)
    void noStrayMakesAReaderTakeTheRulesForNone(Stray stray) throws Exception {
        mesh.publisher().publish(service("a", "one"));
        mesh.admin(
                admin -> admin.deleteTopics(List.of(mesh.names.rules())).all().get());
        mesh.createRulesAgain();
        byte[] rule = mesh.codec.encode(virtualService("a", "one"));
        write("VirtualService/default/a", rule, new BundleHeaders(1, 1, 0, "true"));
        write(BundleHeaders.COMMIT_KEY, value(stray), STRAY);

        RuleLogReader fresh = mesh.reader(sink, VIGILANT);
        Mesh.poll(fresh, () -> fresh.phase() == Phase.DEGRADED);
        assertRefused(fresh, sink);
    }

    @ParameterizedTest
    @EnumSource(Stray.class)
    void aMeshThatWasNeverUsedCanBeBegun(Stray stray) throws Exception {
        BundleHeaders headers = new BundleHeaders(7, 1, 0, "stray");
        intruder.send(mesh.rule("VirtualService/default/x", new byte[] {1}, headers))
                .get();
        intruder.send(mesh.rule(BundleHeaders.COMMIT_KEY, value(stray), headers))
                .get();
        RuleLogReader reader = mesh.reader(sink, VIGILANT);
        Mesh.poll(reader, () -> reader.phase() == Phase.DEGRADED);

        mesh.publisher().publish(service("a", "one"));
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        assertThat(sink.hosts()).containsOnlyKeys("a");
    }
}
