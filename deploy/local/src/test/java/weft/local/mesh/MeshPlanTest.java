package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import weft.local.bookinfo.Workload;

class MeshPlanTest {
    private static final MeshHome HOME = new MeshHome(Path.of("/home/somebody/.weft"));

    @Test
    void everyWorkloadStandsBehindASidecarOfItsOwn() {
        MeshPlan plan = MeshPlan.of(HOME, new Ports(port -> true), null);
        assertThat(plan.sidecars()).hasSize(Workload.ALL.size());
        Workload reviews2 = new Workload("reviews", "v2");
        ChildSpec sidecar = plan.sidecars().get(Workload.ALL.indexOf(reviews2));
        assertThat(sidecar.arguments())
                .containsSequence("--labels", "app=reviews,version=v2")
                .containsSequence("--outbound", "127.0.0.1:15401")
                .containsSequence("--inbound", "15406:127.0.0.1:9084:9080");
        assertThat(plan.inboundPorts()).containsEntry(reviews2, 15406);
        assertThat(plan.demo().arguments()).contains("reviews-v2=9084:15401");
    }

    @Test
    void steppedPortsAreNamedAndUsedEverywhere() {
        MeshPlan plan = MeshPlan.of(HOME, new Ports(port -> port != 8080 && port != 9092), null);
        assertThat(plan.stepped()).containsExactly("kafka: 9093 (9092 is taken)", "gateway: 8081 (8080 is taken)");
        assertThat(plan.gateway().arguments())
                .containsSequence("--bind-port", "8080=8081")
                .containsSequence("--kafka", "127.0.0.1:9093");
        assertThat(plan.demo().arguments()).contains("http://127.0.0.1:8081/productpage");
    }

    @Test
    void anExistingClusterNeedsNoBroker() {
        MeshPlan plan = MeshPlan.of(HOME, new Ports(port -> true), "broker:9092");
        assertThat(plan.broker()).isNull();
        assertThat(plan.sink().arguments()).containsSequence("--kafka", "broker:9092");
    }

    @Test
    void noPortIsGivenToTwo() {
        MeshPlan plan = MeshPlan.of(HOME, new Ports(port -> port % 3 != 0), null);
        List<Integer> ports = new ArrayList<>(plan.inboundPorts().values());
        ports.addAll(
                List.of(plan.gateway().port(), plan.sink().port(), plan.demo().port()));
        assertThat(new HashSet<>(ports)).hasSameSizeAs(ports);
    }
}
