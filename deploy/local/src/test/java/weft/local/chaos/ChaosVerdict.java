package weft.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import weft.log.ProxyRoster;
import weft.log.StateDigest;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.schema.Bundle;
import weft.schema.BundleChange;
import weft.schema.ProxyStatus;

/**
 * Whether a mesh is what its publishers were told. Confined to the test's thread.
 *
 * <p>The list of what was acknowledged is held against the history, the history's own sum against the digest of every
 * proxy, and every place of the last bundles against what every proxy answers.
 */
final class ChaosVerdict {
    private final ChaosMesh mesh;
    private final WireCodec codec = WireCodec.withLocalSchemas();
    private final Map<Long, String> history = new HashMap<>();
    private final Map<String, ByteBuffer> state = new HashMap<>();
    private final Map<String, Long> places = new HashMap<>();

    ChaosVerdict(ChaosMesh mesh) {
        this.mesh = mesh;
    }

    /** Lets a last bundle arrive everywhere, and compares. */
    void give() throws Exception {
        mesh.publisher().kill();
        int before = mesh.acked.size();
        mesh.publishAnew(1);
        await().atMost(ChaosMesh.PATIENCE).until(() -> mesh.acked.size() > before);
        List<String> acked = List.copyOf(mesh.acked);
        long last = word(acked.get(acked.size() - 1), 2);
        readHistory();
        for (String line : acked) {
            assertThat(history).containsEntry(word(line, 2), line.split(" ", -1)[3]);
            places.merge(ChaosRules.place(word(line, 1)), word(line, 1), Math::max);
        }
        assertThatAllProxiesServe(last);
        assertThatAllProxiesAnswerWhatWasAcknowledged();
        assertThatTheAuditFindsNothing();
    }

    private static long word(String line, int index) {
        return Long.parseLong(line.split(" ", -1)[index]);
    }

    private void readHistory() throws Exception {
        TopicPartition journal = new TopicPartition(TopicNames.DEFAULT.journal(), 0);
        Map<String, Object> config = new HashMap<>(mesh.kafka());
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(journal));
            consumer.seekToBeginning(List.of(journal));
            long end = consumer.endOffsets(List.of(journal)).getOrDefault(journal, 0L);
            while (consumer.position(journal) < end) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                    replay(codec.decode(each.value(), Bundle.class));
                }
            }
        }
    }

    private void replay(Bundle bundle) {
        assertThat(history.put(bundle.getRevision(), bundle.getBundleId()))
                .as("revision %d twice", bundle.getRevision())
                .isNull();
        assertThat(bundle.getRevision()).isEqualTo(history.size());
        for (BundleChange change : bundle.getChanges()) {
            ByteBuffer after = change.getAfter();
            if (after == null) {
                state.remove(change.getKey());
            } else {
                state.put(change.getKey(), after);
            }
        }
    }

    private void assertThatAllProxiesServe(long revision) {
        StateDigest digest = new StateDigest();
        state.forEach((key, value) -> {
            byte[] bytes = new byte[value.remaining()];
            value.duplicate().get(bytes);
            digest.add(key, bytes);
        });
        try (ProxyRoster roster = ProxyRoster.open(mesh.kafka(), TopicNames.DEFAULT, codec, ChaosMesh.PATIENCE)) {
            await().atMost(ChaosMesh.PATIENCE).ignoreExceptions().until(() -> {
                roster.refresh();
                return roster.live().stream()
                                .filter(s -> s.getAppliedRevision() == revision)
                                .count()
                        == ChaosMesh.PROXIES;
            });
            assertThat(roster.live().stream().map(ProxyStatus::getStateDigest).distinct())
                    .containsExactly(ByteBuffer.wrap(digest.toBytes()));
            assertThat(roster.live().stream().map(ProxyStatus::getTableHash).distinct())
                    .hasSize(1);
            assertThat(roster.live().stream()
                            .mapToLong(ProxyStatus::getSkippedRecords)
                            .sum())
                    .isZero();
        }
    }

    /** A place may hold a later bundle whose acknowledgement was lost, never an earlier one. */
    private void assertThatAllProxiesAnswerWhatWasAcknowledged() throws IOException {
        for (int i = 0; i < ChaosMesh.PROXIES; i++) {
            for (Map.Entry<String, Long> place : places.entrySet()) {
                assertThat(ChaosLoad.ask(mesh.addresses.get(i), place.getKey()))
                        .as("%s at %s", place.getKey(), ChaosMesh.proxy(i))
                        .isGreaterThanOrEqualTo(place.getValue());
            }
        }
    }

    private void assertThatTheAuditFindsNothing() throws Exception {
        Process audit = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        weft.publish.Main.class.getName(),
                        "audit",
                        "verify",
                        "--kafka-timeout",
                        "60s",
                        "--kafka",
                        String.valueOf(mesh.kafka().get("bootstrap.servers")))
                .redirectErrorStream(true)
                .start();
        String said = new String(audit.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(audit.waitFor(ChaosMesh.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(audit.exitValue()).as(said).isZero();
        assertThat(said).contains("unbroken");
        PrintStream out = System.out;
        out.println("ChaosVerdict: " + said.strip());
    }
}
