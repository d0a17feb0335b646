package weft.routing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.cluster.LocalityBalancing.Distribute;
import weft.routing.cluster.LocalityBalancing.Failover;
import weft.routing.cluster.LocalityBalancing.Failover.LabelRank;
import weft.routing.cluster.LocalityBalancing.Placement;

/** Priorities and weights of localities as istiod makes them. */
class LocalityBalancingTest {
    private static final Locality HERE = Locality.parse("eu/west/a");

    private static Endpoint in(String locality) {
        return in(locality, 1, Map.of());
    }

    private static Endpoint in(String locality, int weight, Map<String, String> labels) {
        return new Endpoint("10.0.0.1", 80, weight, labels, locality, "");
    }

    private static List<Endpoint> in(String... localities) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String locality : localities) {
            endpoints.add(in(locality));
        }
        return endpoints;
    }

    private static Failover failover(@Nullable String region) {
        return new Failover(List.of(), true, HERE, region);
    }

    @Test
    void nearerEndpointsComeFirst() {
        Placement placement =
                failover(null).place(in("us/east/a", "eu/west/b", "eu/west/a", "eu/south/a", "", "eu/west"));
        assertThat(placement.priorities()).containsExactly(3, 1, 0, 2, 3, 1);
        assertThat(placement.localityWeights()).isNull();
    }

    @Test
    void prioritiesHaveNoHoles() {
        assertThat(failover(null).place(in("us/east/a", "eu/west/a")).priorities())
                .containsExactly(1, 0);
        assertThat(failover(null).place(in("us/east/a", "asia/x/y")).priorities())
                .containsExactly(0, 0);
        assertThat(failover(null).place(List.of()).priorities()).isEmpty();
    }

    @Test
    void failoverRegionComesBeforeOtherRegions() {
        assertThat(failover("us")
                        .place(in("asia/x", "us/east", "eu/west/a", ""))
                        .priorities())
                .containsExactly(2, 1, 0, 2);
    }

    @Test
    void labelsRankByTheFirstThatDiffers() {
        Failover failover = new Failover(
                List.of(new LabelRank("rack", "r1"), new LabelRank("version", "v1"), new LabelRank("canary", "")),
                false,
                HERE,
                null);
        int[] priorities = failover.place(List.of(
                        in("", 1, Map.of("rack", "r1", "version", "v1")),
                        in("", 1, Map.of("rack", "r1", "version", "v1", "canary", "yes")),
                        in("", 1, Map.of("rack", "r1", "version", "v2")),
                        in("", 1, Map.of("rack", "r2", "version", "v1")),
                        in("", 1, Map.of())))
                .priorities();
        assertThat(priorities).containsExactly(0, 1, 2, 3, 3);
    }

    @Test
    void localityStandsForItsTopologyLabels() {
        Failover failover = new Failover(
                List.of(
                        new LabelRank("topology.kubernetes.io/region", "eu"),
                        new LabelRank("topology.kubernetes.io/zone", "west")),
                false,
                HERE,
                null);
        int[] priorities = failover.place(List.of(
                        in("eu/west"),
                        in("eu/south"),
                        in("us/west"),
                        in("us/x", 1, Map.of("topology.kubernetes.io/region", "eu"))))
                .priorities();
        assertThat(priorities).containsExactly(0, 1, 2, 1);
    }

    @Test
    void labelsCountBeforeLocality() {
        Failover failover = new Failover(List.of(new LabelRank("rack", "r1")), true, HERE, "us");
        int[] priorities = failover.place(List.of(
                        in("asia/x", 1, Map.of("rack", "r1")),
                        in("eu/west/a"),
                        in("us/east", 1, Map.of("rack", "r1")),
                        in("eu/west/a", 1, Map.of("rack", "r1"))))
                .priorities();
        assertThat(priorities).containsExactly(2, 3, 1, 0);
    }

    @Test
    void sharesGoToLocalitiesAndNothingToOthers() {
        Distribute distribute = new Distribute(Map.of(HERE, 80L, Locality.parse("eu/south/*"), 20L));
        Placement placement = distribute.place(in("eu/west/a", "eu/south/a", "us/east/a", "eu/west/b"));
        assertThat(placement.priorities()).containsExactly(0, 0, Placement.NOWHERE, Placement.NOWHERE);
        assertThat(placement.localityWeights()).startsWith(80, 20);
    }

    /** As istiod: divided by the weights of their endpoints and rounded up. */
    @Test
    void localitiesUnderOnePatternDivideItsShare() {
        Distribute distribute = new Distribute(Map.of(Locality.parse("eu/*"), 70L, Locality.parse("us/*"), 30L));
        Placement placement = distribute.place(List.of(
                in("eu/west/a", 1, Map.of()), in("eu/west/a", 1, Map.of()), in("eu/south/b", 4, Map.of()), in("us/x")));
        assertThat(placement.localityWeights()).containsExactly(24, 24, 47, 30);
    }

    @Test
    void narrowestPatternCounts() {
        Distribute distribute = new Distribute(Map.of(
                Locality.parse("*"), 10L, Locality.parse("eu/*"), 20L, HERE, 30L, Locality.parse("eu/west/*"), 40L));
        assertThat(distribute
                        .place(in("eu/west/a", "eu/west/b", "eu/north/a", "us/x/y"))
                        .localityWeights())
                .containsExactly(30, 40, 20, 10);
    }
}
