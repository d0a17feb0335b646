package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import weft.log.BundleDraft;
import weft.log.RulePublisher;
import weft.log.TopicMismatchException;
import weft.proxy.control.AttackedMesh.Proxy;
import weft.schema.Verdict;

/** The shared cases of attacks on the log, each played against a real broker and a rule loader. */
class EventAttackCasesTest {
    private static final String KEY = "VirtualService/default/a";
    /** Told elsewhere: what guards them, or why Weft decides otherwise. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "semantic",
                    "what no proxy could serve is refused by the publisher: RuleValidatorTest, LogCommandsTest; a"
                            + " route to a host that is not there yet is legal, as in Istio",
            "telemetry-flood", "labels of metrics come from rules, never from requests: MetricsTest",
            "log-inject", "an access log entry is one Avro record: AccessLogEncoderTest");

    private static final Map<String, Integer> TALLY = new TreeMap<>();

    @TempDir
    private Path folder;

    @FunctionalInterface
    private interface Attack {
        void run(AttackedMesh mesh) throws Exception;
    }

    private Map<String, Attack> attacks() {
        Map<String, Attack> attacks = new TreeMap<>();
        attacks.put("sig-replay", this::replay);
        attacks.put("version-regress-after-restore", this::restoredFromAnOldBackup);
        UnreadableRecords unreadable = new UnreadableRecords(folder);
        attacks.put("poison-bytes", unreadable::poison);
        attacks.put("poison-deep-json", unreadable::poisonedSchemas);
        attacks.put("oversize", unreadable::oversize);
        attacks.put("schema-unknown-required", unreadable::newerMajor);
        attacks.put("schema-type", unreadable::newerMajor);
        attacks.put("partial-bundle", this::publisherDiesInTheMiddle);
        attacks.put("abort-tx", this::aborted);
        attacks.put("hanging-tx", this::hanging);
        attacks.put("topic-deleted", this::deletedAndCreatedEmpty);
        attacks.put("compaction-race", this::compactionWhileAProxyStarts);
        attacks.put("replay-from-0", this::fromTheStartAgain);
        attacks.put("reorder-partitions", this::anotherPartition);
        attacks.put("dup", this::everythingThrice);
        attacks.put("storm", this::storm);
        attacks.put("slow-consumer", this::slow);
        attacks.put("mitm-broker", BrokerAttacks::impostors);
        attacks.put("acl-read", BrokerAttacks::anotherTenantsTopics);
        return attacks;
    }

    @TestFactory
    Stream<DynamicTest> sharedCases() throws IOException {
        Path file = file();
        assumeTrue(
                Files.exists(file),
                "no shared/conformance folder above " + Path.of("").toAbsolutePath());
        List<String> ids = new ArrayList<>();
        for (JsonNode each : new ObjectMapper().readTree(Files.readString(file))) {
            ids.add(each.path("id").asText());
        }
        return ids.stream().map(id -> DynamicTest.dynamicTest(id, () -> play(id)));
    }

    private void play(String id) throws Exception {
        Attack attack = attacks().get(id);
        if (attack == null) {
            assertThat(ELSEWHERE).as("a case nobody plays").containsKey(id);
            TALLY.merge("elsewhere", 1, Integer::sum);
            return;
        }
        TALLY.merge("failed", 1, Integer::sum);
        try (AttackedMesh mesh = new AttackedMesh()) {
            attack.run(mesh);
        }
        TALLY.merge("failed", -1, Integer::sum);
        TALLY.merge("passed", 1, Integer::sum);
    }

    @AfterAll
    static void report() {
        System.out.println("event-attack-cases.json: " + TALLY.getOrDefault("passed", 0) + " passed, "
                + TALLY.getOrDefault("failed", 0) + " failed, 0 deviating, " + TALLY.getOrDefault("elsewhere", 0)
                + " played by other tests");
    }

    private static Path file() {
        String configured = System.getenv("WEFT_CONFORMANCE");
        Path inside = Path.of("attacks", "kafka", "event-attack-cases.json");
        if (configured != null) {
            return Path.of(configured).resolve(inside);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/conformance").resolve(inside);
            if (Files.exists(found)) {
                return found;
            }
        }
        return inside;
    }

    private void replay(AttackedMesh mesh) {
        mesh.publish("a", "one");
        Intruder intruder = mesh.intruder();
        List<ConsumerRecord<byte[], byte[]>> old = intruder.log();
        mesh.publish("a", "two");
        Proxy proxy = mesh.proxy();
        proxy.awaitTable("{a=[two]}");
        intruder.replay(old);
        assertThat(proxy.awaitSkipped(2)).containsOnlyKeys("replayed");
        mesh.publish("b", "three");
        proxy.awaitTable("{a=[two], b=[three]}");
        Proxy late = mesh.proxy();
        late.awaitTable("{a=[two], b=[three]}");
        assertThat(late.awaitSkipped(2)).containsOnlyKeys("replayed");
    }

    private void restoredFromAnOldBackup(AttackedMesh mesh) throws Exception {
        Proxy proxy = mesh.proxy();
        IntStream.range(0, 3).forEach(i -> mesh.publish("a", "new" + i));
        proxy.awaitTable("{a=[new2]}");
        mesh.recreateRulesAndJournal();
        RulePublisher restoring =
                mesh.opened(RulePublisher.open(mesh.kafka, mesh.names, mesh.codec, "test", AttackedMesh.PATIENCE));
        restoring.publish(BundleDraft.upserting(List.of(virtualService("a", "old"))));
        await().atMost(AttackedMesh.PATIENCE).until(() -> proxy.loader.state().verdict() == Verdict.DEGRADED);
        assertThat(proxy.loader.state().detail()).contains("went back", "--accept-new-log");
        assertThat(proxy.table()).isEqualTo("{a=[new2]}");
    }

    private void publisherDiesInTheMiddle(AttackedMesh mesh) {
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        proxy.awaitTable("{a=[one]}");
        try (Intruder dying = new Intruder(mesh.kafka, mesh.names, mesh.names.prefix() + "-rules")) {
            dying.producer().beginTransaction();
            for (int i = 0; i < 2; i++) {
                byte[] value = mesh.codec.encode(virtualService("p" + i, "part"));
                dying.producer().send(dying.record("VirtualService/default/p" + i, value, 2, 5, i));
            }
            dying.producer().flush();
        }
        RulePublisher next =
                mesh.opened(RulePublisher.open(mesh.kafka, mesh.names, mesh.codec, "test", AttackedMesh.PATIENCE));
        next.publish(BundleDraft.upserting(List.of(virtualService("b", "two"))));
        proxy.awaitTable("{a=[one], b=[two]}");
        assertThat(proxy.tables).noneMatch(table -> table.contains("part"));
        assertThat(proxy.loader.state().revision()).isEqualTo(2);
    }

    private void aborted(AttackedMesh mesh) {
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        Intruder intruder = mesh.intruder();
        intruder.producer().beginTransaction();
        intruder.bundle(mesh.codec, Map.of(KEY, mesh.codec.encode(virtualService("a", "aborted"))))
                .forEach(intruder.producer()::send);
        intruder.producer().flush();
        intruder.producer().abortTransaction();
        mesh.publish("b", "two");
        proxy.awaitTable("{a=[one], b=[two]}");
        assertThat(proxy.tables).noneMatch(table -> table.contains("aborted"));
        assertThat(proxy.loader.state().skipped().total()).isZero();
    }

    private void hanging(AttackedMesh mesh) {
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        proxy.awaitTable("{a=[one]}");
        Intruder intruder = mesh.intruder();
        intruder.producer().beginTransaction();
        intruder.producer().send(intruder.bare(KEY, null));
        intruder.producer().flush();
        await().atMost(AttackedMesh.PATIENCE).until(() -> proxy.loader.state().verdict() == Verdict.DEGRADED);
        assertThat(proxy.loader.state().detail()).contains("a transaction stays open");
        assertThat(proxy.table()).isEqualTo("{a=[one]}");
        intruder.producer().abortTransaction();
        mesh.publish("b", "two");
        proxy.awaitTable("{a=[one], b=[two]}");
        await().until(() -> proxy.loader.state().verdict() == Verdict.ACK);
    }

    private void deletedAndCreatedEmpty(AttackedMesh mesh) throws Exception {
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        proxy.awaitTable("{a=[one]}");
        mesh.recreateRules();
        await().atMost(AttackedMesh.PATIENCE).until(() -> proxy.loader.state().verdict() == Verdict.DEGRADED);
        assertThat(proxy.tables).containsOnly("{a=[one]}");
    }

    private void compactionWhileAProxyStarts(AttackedMesh mesh) throws Exception {
        hasten(
                mesh,
                Map.of(
                        "segment.ms",
                        "100",
                        "min.cleanable.dirty.ratio",
                        "0.0001",
                        "min.compaction.lag.ms",
                        "0",
                        "max.compaction.lag.ms",
                        "100",
                        "delete.retention.ms",
                        "0"));
        Proxy old = mesh.proxy();
        List<Proxy> late = new ArrayList<>();
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            String name = "s" + random.nextInt(8);
            if (random.nextInt(4) == 0) {
                mesh.publisher().publish(BundleDraft.deleting(List.of(key(name))));
            } else {
                mesh.publish(name, "v" + i);
            }
            if (i % 20 == 10) {
                late.add(mesh.proxy());
            }
        }
        long last = mesh.publish("end", "end");
        late.add(mesh.proxy());
        late.add(old);
        late.forEach(proxy -> proxy.awaitRevision(last));
        assertThat(late)
                .extracting(p -> p.loader.state().stateDigest())
                .containsOnly(old.loader.state().stateDigest());
        assertThat(late).extracting(Proxy::table).containsOnly(old.table());
    }

    private static void hasten(AttackedMesh mesh, Map<String, String> configs) throws Exception {
        try (Admin admin = Admin.create(mesh.kafka)) {
            List<AlterConfigOp> changes = configs.entrySet().stream()
                    .map(e -> new AlterConfigOp(new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
                    .toList();
            admin.incrementalAlterConfigs(
                            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, mesh.names.rules()), changes))
                    .all()
                    .get();
        }
    }

    private void fromTheStartAgain(AttackedMesh mesh) {
        IntStream.range(0, 10).forEach(i -> mesh.publish("s" + i % 3, "v" + i));
        Proxy first = mesh.proxy();
        Proxy again = mesh.proxy();
        first.awaitRevision(10);
        again.awaitRevision(10);
        assertThat(again.table()).isEqualTo(first.table());
        assertThat(again.loader.state().stateDigest())
                .isEqualTo(first.loader.state().stateDigest());
    }

    private void anotherPartition(AttackedMesh mesh) throws Exception {
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        try (Admin admin = Admin.create(mesh.kafka)) {
            admin.createPartitions(Map.of(mesh.names.rules(), NewPartitions.increaseTo(2)))
                    .all()
                    .get();
        }
        Intruder intruder = mesh.intruder();
        ProducerRecord<byte[], byte[]> there =
                intruder.record(KEY, mesh.codec.encode(virtualService("a", "evil")), 2, 1, 0);
        intruder.write(List.of(new ProducerRecord<>(there.topic(), 1, there.key(), there.value(), there.headers())));
        mesh.publish("b", "two");
        proxy.awaitTable("{a=[one], b=[two]}");
        assertThat(proxy.tables).noneMatch(table -> table.contains("evil"));
        assertThatThrownBy(() -> RulePublisher.open(mesh.kafka, mesh.names, mesh.codec, "test", AttackedMesh.PATIENCE))
                .isInstanceOf(TopicMismatchException.class);
    }

    private void everythingThrice(AttackedMesh mesh) {
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        proxy.awaitTable("{a=[one]}");
        Intruder intruder = mesh.intruder();
        List<ProducerRecord<byte[], byte[]>> once = intruder.bundle(
                mesh.codec, Map.of("VirtualService/default/b", mesh.codec.encode(virtualService("b", "two"))));
        List<ProducerRecord<byte[], byte[]>> thrice = new ArrayList<>();
        once.forEach(record -> thrice.addAll(List.of(record, record, record)));
        intruder.write(thrice);
        proxy.awaitTable("{a=[one], b=[two]}");
        proxy.awaitSkipped(4);
        assertThat(proxy.tables).containsExactly("{a=[one]}", "{a=[one], b=[two]}");
        assertThat(proxy.loader.state().revision()).isEqualTo(2);
    }

    private void storm(AttackedMesh mesh) {
        Proxy proxy = mesh.proxy();
        proxy.swapMillis = 20;
        long last = 0;
        for (int i = 0; i < 150; i++) {
            last = mesh.publish("s" + i % 7, "v" + i);
        }
        proxy.awaitRevision(last);
        Proxy late = mesh.proxy();
        late.awaitRevision(last);
        assertThat(proxy.table()).isEqualTo(late.table());
        assertThat(proxy.tables.size()).isLessThanOrEqualTo(150);
    }

    private void slow(AttackedMesh mesh) {
        Proxy proxy = mesh.proxy();
        proxy.swapMillis = 1_500;
        TreeSet<String> whole = new TreeSet<>();
        long last = 0;
        for (int i = 0; i < 40; i++) {
            String host = "v" + i;
            last = mesh.publisher()
                    .publish(BundleDraft.upserting(List.of(virtualService("a", host), virtualService("b", host))))
                    .revision();
            whole.add("{a=[" + host + "], b=[" + host + "]}");
        }
        proxy.awaitRevision(last);
        assertThat(whole).containsAll(proxy.tables);
    }
}
