package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.log.testing.TestRules.virtualService;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.RuleLogReader.Phase;
import weft.log.testing.TestBroker;

/** A broker that fell behind answers for a while, and then the one that has everything is back. */
class StaleLeaderTest {
    private static final ReaderSettings VIGILANT =
            ReaderSettings.DEFAULT.withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMillis(200));

    /** A broker that comes back waits until its last session is over, by default nine seconds. */
    private static final Map<String, String> FORGETFUL =
            Map.of("broker.session.timeout.ms", "1500", "broker.heartbeat.interval.ms", "300");

    @TempDir
    private Path folder;

    private final RecordingSink sink = new RecordingSink();

    private static BundleDraft service(String host) {
        return BundleDraft.upserting(List.of(virtualService("a", host)));
    }

    @Test
    void theLogIsFollowedAgainOnceItHasTheRulesInServiceAndNotBefore() throws Exception {
        Path stale = folder.resolve("stale");
        Path latest = folder.resolve("latest");
        try (TestBroker broker = TestBroker.create(FORGETFUL);
                Mesh mesh = new Mesh(broker, Map.of())) {
            mesh.publisher().publish(service("one"));
            RuleLogReader first = mesh.reader(new RecordingSink(), VIGILANT);
            Mesh.poll(first, () -> first.revision() == 1);
            broker.stop();
            broker.copyData(stale);
            broker.start();
            RulePublisher publisher = mesh.publisher();
            publisher.publish(service("two"));
            publisher.publish(service("three"));
            RuleLogReader reader = mesh.reader(sink, VIGILANT);
            Mesh.poll(reader, () -> sink.revision() == 3);

            serve(broker, stale, latest);
            Mesh.poll(reader, () -> reader.phase() == Phase.DEGRADED);
            assertThat(reader.detail()).contains("went back from revision 3 to 1");
            RulePublisher misled = mesh.publisher();
            long other = 0;
            for (String host : List.of("not two", "not three", "not four")) {
                other = misled.publish(service(host)).commitOffset();
            }
            long read = other;
            Mesh.poll(reader, () -> reader.position() > read && reader.detail().contains("from revision 3 to 4"));
            assertThat(reader.phase()).isEqualTo(Phase.DEGRADED);
            assertThat(sink.hosts()).isEqualTo(Map.of("a", List.of("three")));

            serve(broker, latest, folder.resolve("stale.2"));
            Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
            assertThat(sink.revision()).isEqualTo(3);
            mesh.publisher().publish(service("four"));
            Mesh.poll(reader, () -> sink.revision() == 4);
            assertThat(sink.hosts()).isEqualTo(Map.of("a", List.of("four")));
            assertThat(reader.phase()).isEqualTo(Phase.LIVE);
            assertThat(reader.detail()).isEmpty();
        }
    }

    /** Puts the broker's data in the place of what it has now, which is kept. */
    private static void serve(TestBroker broker, Path data, Path kept) {
        broker.stop();
        broker.copyData(kept);
        broker.replaceData(data);
        broker.start();
    }
}
