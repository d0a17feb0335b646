package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.log.testing.TestRules.virtualService;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.BundleDraft;
import weft.log.MeshTopics;
import weft.log.RulePublisher;
import weft.log.TableWriter;
import weft.log.TopicNames;
import weft.log.TrustedKeys;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.proxy.upstream.Draining;
import weft.routing.compile.SnapshotCompiler;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;
import weft.rules.RuleKey;
import weft.schema.Workload;
import weft.schema.WorkloadState;

/** Workloads on the log as a proxy takes them, over a real broker and without one. */
class RegisteredWorkloadsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final TopicNames names = TestBroker.freshTopics();
    private final WireCodec codec = WireCodec.withLocalSchemas();
    /* Written by the rule loader. */
    private volatile ProxySnapshot active = ProxySnapshot.empty(HostTable.IDENTITY);
    private volatile Draining draining = Draining.NOBODY;

    private ControlPlane proxy(Map<String, Object> kafka) {
        active = ProxySnapshot.empty(HostTable.IDENTITY);
        ControlPlane plane = new ControlPlane(
                new ControlPlane.Settings(kafka, names, folder, false, TrustedKeys.NONE),
                HostTable.IDENTITY,
                ProxyInstance.current("1", "", InstantSource.system()),
                new SnapshotCompiler(HostTable.IDENTITY)::compile,
                new SnapshotApplier() {
                    @Override
                    public List<RuleRejection> apply(ProxySnapshot next) {
                        active = next;
                        return List.of();
                    }

                    @Override
                    public void draining(Draining workloads) {
                        draining = workloads;
                    }
                });
        plane.start();
        return plane;
    }

    private Set<String> registered() {
        Set<String> ids = new TreeSet<>();
        active.rules().keySet().stream()
                .filter(key -> key.kind().equals("Workload"))
                .map(RuleKey::name)
                .forEach(ids::add);
        return ids;
    }

    private static Workload workload(String id, WorkloadState state) {
        return Workload.newBuilder()
                .setId(id)
                .setAddress("10.0.0.7")
                .setState(state)
                .setLeaseMillis(60_000)
                .build();
    }

    @Test
    void registeredWorkloadsAreAmongTheRulesAndOutliveARestartWithoutKafka() throws Exception {
        Map<String, Object> kafka = TestBroker.shared().clientProperties();
        try (RulePublisher publisher = RulePublisher.open(kafka, names, codec, "test", DEADLINE)) {
            publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "a.test"))));
        }
        String hash;
        try (TableWriter writer = new TableWriter(
                kafka, names, new MeshTopics(names).workloads(), codec, Workload.getClassSchema(), DEADLINE)) {
            ControlPlane first = proxy(kafka);
            try (first) {
                await().atMost(DEADLINE).until(first::isReady);
                hash = active.tableHash();
                writer.put("default/x", workload("x", WorkloadState.READY));
                writer.put("default/y", workload("y", WorkloadState.NOT_READY));
                await().atMost(DEADLINE).until(() -> registered().equals(Set.of("x")));
                writer.put("default/y", workload("y", WorkloadState.READY));
                await().atMost(DEADLINE).until(() -> registered().equals(Set.of("x", "y")));
                assertThat(active.tableHash())
                        .as("equal hashes mean equal rules")
                        .isEqualTo(hash);
                writer.put("default/y", workload("y", WorkloadState.DRAINING));
                await().atMost(DEADLINE)
                        .until(() -> draining.workloads().equals(List.of(new Draining.Place("10.0.0.7", Set.of()))));
                assertThat(registered()).as("it serves where nobody else does").contains("y");
                writer.remove("default/y");
                await().atMost(DEADLINE).until(() -> registered().equals(Set.of("x")));
                assertThat(draining).isEqualTo(Draining.NOBODY);
            }
            ControlPlane alone = proxy(Map.of("bootstrap.servers", "127.0.0.1:1"));
            try (alone) {
                await().atMost(DEADLINE).until(alone::isReady);
                assertThat(registered()).containsExactly("x");
                assertThat(active.tableHash()).isEqualTo(hash);
            }
            writer.remove("default/x");
            ControlPlane again = proxy(kafka);
            try (again) {
                await().atMost(DEADLINE).until(again::isReady);
                await().atMost(DEADLINE).until(() -> registered().isEmpty());
            }
        }
    }
}
