package weft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.ApplyReport.Outcome;
import weft.schema.ProxyStatus;
import weft.schema.Verdict;

class ProxyRosterTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Mesh mesh = Mesh.shared();
    private final KafkaProducer<byte[], byte[]> producer = mesh.producer(Map.of("linger.ms", 0));

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private ProxyStatus report(String id, Verdict verdict, long revision, long reportedAt) {
        ProxyStatus status = ProxyStatus.newBuilder()
                .setProxyId(id)
                .setBootId("boot")
                .setVerdict(verdict)
                .setAppliedRevision(revision)
                .setReportedAt(reportedAt)
                .setLeaseMillis(30_000)
                .build();
        producer.send(new ProducerRecord<>(
                mesh.names.proxies(), id.getBytes(StandardCharsets.UTF_8), mesh.codec.encode(status)));
        producer.flush();
        return status;
    }

    private ProxyRoster roster() {
        return mesh.opened(ProxyRoster.open(mesh.kafka(), mesh.names, mesh.codec, Mesh.DEADLINE));
    }

    @Test
    void whoLeftOrFellSilentIsNotLive() {
        long now = System.currentTimeMillis();
        report("here", Verdict.ACK, 1, now);
        report("left", Verdict.LEFT, 1, now);
        report("dead", Verdict.ACK, 1, now - 60_000);
        ProxyRoster roster = roster();
        assertThat(roster.live()).extracting(ProxyStatus::getProxyId).containsExactly("here");
        assertThat(roster.all()).hasSize(3);
    }

    @Test
    void waitingEndsWhenEveryLiveProxyHasAnswered() {
        long now = System.currentTimeMillis();
        report("fast", Verdict.ACK, 1, now);
        report("slow", Verdict.ACK, 1, now);
        ProxyRoster roster = roster();
        List<String> told = new ArrayList<>();

        report("fast", Verdict.ACK, 2, now);
        ApplyReport early = roster.awaitApplied(
                2,
                SHORT,
                report -> report.with(Outcome.APPLIED)
                        .forEach(a -> told.add(a.status().getProxyId())));
        report("slow", Verdict.NACK, 2, now);
        ApplyReport late = roster.awaitApplied(2, Mesh.DEADLINE, a -> {});

        assertThat(early.isComplete()).isFalse();
        assertThat(early.with(Outcome.SILENT))
                .extracting(a -> a.status().getProxyId())
                .containsExactly("slow");
        assertThat(told).containsExactly("fast");
        assertThat(late.isComplete()).isTrue();
        assertThat(late.isApplied()).isFalse();
        assertThat(late.with(Outcome.REJECTED))
                .extracting(a -> a.status().getProxyId())
                .containsExactly("slow");
        assertThat(late.nanos()).isLessThan(Mesh.DEADLINE.toNanos());
    }

    @Test
    void whoReportedWhileNobodyLookedIsWaitedFor() {
        long now = System.currentTimeMillis();
        report("starved", Verdict.ACK, 1, now - 60_000);
        ProxyRoster roster = roster();
        assertThat(roster.live()).isEmpty();
        report("starved", Verdict.ACK, 1, now);
        report("late", Verdict.ACK, 2, now);
        assertThat(roster.awaitApplied(2, SHORT, report -> {}).answers())
                .extracting(a -> a.status().getProxyId())
                .containsExactly("late", "starved");
    }

    @Test
    void aMeshWithoutProxiesIsNotWaitedFor() {
        ApplyReport report = roster().awaitApplied(7, Mesh.DEADLINE, a -> {});
        assertThat(report.isComplete()).isTrue();
        assertThat(report.answers()).isEmpty();
    }
}
