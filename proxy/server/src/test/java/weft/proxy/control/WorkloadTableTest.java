package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weft.proxy.upstream.Draining;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Workload;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadState;

/** Who counts as registered, and for how long. */
class WorkloadTableTest {
    private static final long SECOND = 1_000_000_000L;

    private final WorkloadTable table = new WorkloadTable();

    private static Workload workload(String id, WorkloadState state) {
        return Workload.newBuilder()
                .setId(id)
                .setNamespace("shop")
                .setAddress("10.0.0.7")
                .setPorts(Map.of("http", 8_080))
                .setLabels(Map.of("app", "cart"))
                .setState(state)
                .setLeaseMillis(10_000)
                .build();
    }

    private List<String> serving() {
        return table.serving().rules().keySet().stream()
                .map(RuleKey::toString)
                .sorted()
                .toList();
    }

    @Test
    void aReadyWorkloadIsSelectedAsAWorkloadEntryIs() {
        table.record("shop/a", workload("a", WorkloadState.READY), 0, 0);
        Rule rule = table.serving().rules().get(new RuleKey("Workload", "shop", "a"));
        WorkloadEntry entry = (WorkloadEntry) Objects.requireNonNull(rule).resource();
        assertThat(entry.getSpec().getAddress()).isEqualTo("10.0.0.7");
        assertThat(entry.getSpec().getPorts()).isEqualTo(Map.of("http", 8_080L));
        assertThat(entry.getSpec().getLabels()).isEqualTo(Map.of("app", "cart"));
    }

    @Test
    void onlyWhoIsReadyOrDrainsServes() {
        table.record("shop/a", workload("a", WorkloadState.READY), 0, 0);
        table.record("shop/b", workload("b", WorkloadState.NOT_READY), 0, 0);
        table.record("shop/c", workload("c", WorkloadState.DRAINING), 0, 0);
        table.record("shop/d", workload("d/e", WorkloadState.READY), 0, 0);
        assertThat(serving()).containsExactly("Workload/shop/a", "Workload/shop/c");
        assertThat(table.serving().draining())
                .isEqualTo(new Draining(List.of(new Draining.Place("10.0.0.7", Set.of(8_080)))));
        table.record("shop/c", null, 0, 0);
        assertThat(serving()).containsExactly("Workload/shop/a");
        assertThat(table.serving().draining()).isEqualTo(Draining.NOBODY);
    }

    @Test
    void aLeaseRunsFromWhenTheBrokerTookIt() {
        table.record("shop/a", workload("a", WorkloadState.READY), 4_000, 0);
        table.record("shop/b", workload("b", WorkloadState.READY), 60_000, 0);
        assertThat(table.hasExpired(0)).isTrue();
        table.expire(0);
        assertThat(serving()).containsExactly("Workload/shop/a");
        assertThat(table.hasExpired(6 * SECOND - 1)).isFalse();
        assertThat(table.hasExpired(6 * SECOND)).isTrue();
        table.record("shop/a", workload("a", WorkloadState.READY), 0, 5 * SECOND);
        assertThat(table.hasExpired(14 * SECOND)).isFalse();
    }

    @Test
    void leasesBeginAnewWhereRenewalsMayHaveBeenMissed() {
        table.record("shop/a", workload("a", WorkloadState.READY), 0, 0);
        table.renewAll(20 * SECOND);
        table.expire(20 * SECOND);
        assertThat(serving()).containsExactly("Workload/shop/a");
        assertThat(table.hasExpired(30 * SECOND)).isTrue();
    }
}
