package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.cluster.LoadBalancing.Warmup;
import weft.routing.cluster.Locality;
import weft.routing.cluster.LocalityBalancing;
import weft.routing.cluster.LocalityBalancing.Distribute;
import weft.routing.cluster.LocalityBalancing.Failover;
import weft.routing.cluster.LocalityBalancing.Failover.LabelRank;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** trafficPolicy.loadBalancer and outlierDetection to what one proxy does. */
class BalancingTest {
    private static final String SERVICE = """
            kind: ServiceEntry
            metadata: {name: app, namespace: shop}
            spec:
              hosts: [app.test]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints: [{address: 10.0.0.1, locality: eu/west/a}, {address: 10.0.0.2, locality: us/east/a}]
            """;

    private static final ProxyIdentity PROXY =
            new ProxyIdentity("p", "shop", Map.of("rack", "r7"), "eu/west/a", "", "p", Mode.SIDECAR, List.of());

    private static Cluster cluster(String policy, String subset) {
        String rule = """
                kind: DestinationRule
                metadata: {name: app, namespace: shop}
                spec: {host: app.test, %s}
                """.formatted(policy);
        return Objects.requireNonNull(new SnapshotCompiler(PROXY)
                .compile(TestRules.snapshot(SERVICE, rule), ProxySnapshot.empty(PROXY))
                .clusters()
                .get(Cluster.nameOf("outbound", 80, subset, "app.test")));
    }

    private static LoadBalancing of(String policy) {
        return cluster("trafficPolicy: {" + policy + "}", "").loadBalancing();
    }

    private static LoadBalancing hash(String settings) {
        return of("loadBalancer: {consistentHash: {" + settings + "}}");
    }

    @Test
    void leastRequestWithEnvoysPanicIsTheDefault() {
        assertThat(of("")).isEqualTo(LoadBalancing.of(LbPolicy.LEAST_REQUEST));
        assertThat(of("loadBalancer: {simple: LEAST_CONN}").policy()).isEqualTo(LbPolicy.LEAST_REQUEST);
        assertThat(of("loadBalancer: {simple: RANDOM}").policy()).isEqualTo(LbPolicy.RANDOM);
    }

    @Test
    void passthroughGoesWhereTheClientMeant() {
        assertThat(cluster("trafficPolicy: {loadBalancer: {simple: PASSTHROUGH}}", "")
                        .discovery())
                .isEqualTo(Cluster.Discovery.ORIGINAL_DST);
    }

    @Test
    void outlierDetectionSwitchesPanicOffUnlessItSaysOtherwise() {
        assertThat(of("outlierDetection: {}").healthyPanicPercent()).isZero();
        assertThat(of("outlierDetection: {minHealthPercent: 30}").healthyPanicPercent())
                .isEqualTo(30);
        assertThat(of("").healthyPanicPercent()).isEqualTo(50);
    }

    @Test
    void hashKeysAndTablesAreTakenOver() {
        assertThat(hash("httpHeaderName: X-User"))
                .isEqualTo(new LoadBalancing(
                        LbPolicy.RING_HASH,
                        50,
                        new ConsistentHash(new HashKey.Header("x-user"), 1_024),
                        LocalityBalancing.ANYWHERE,
                        null));
        assertThat(hash("useSourceIp: true, ringHash: {minimumRingSize: 4096}").hash())
                .isEqualTo(new ConsistentHash(new HashKey.SourceIp(), 4_096));
        assertThat(hash("httpQueryParameterName: user, minimumRingSize: 7").hash())
                .isEqualTo(new ConsistentHash(new HashKey.QueryParameter("user"), 7));
        LoadBalancing maglev = hash("httpQueryParameterName: user, maglev: {tableSize: 101}");
        assertThat(maglev.policy()).isEqualTo(LbPolicy.MAGLEV);
        assertThat(maglev.hash()).isEqualTo(new ConsistentHash(new HashKey.QueryParameter("user"), 101));
        assertThat(Objects.requireNonNull(hash("useSourceIp: true, maglev: {}").hash())
                        .tableSize())
                .isEqualTo(65_537);
    }

    @Test
    void cookieIsGivenToClientsOnlyWithATimeToLive() {
        assertThat(Objects.requireNonNull(hash("httpCookie: {name: user}").hash())
                        .key())
                .isEqualTo(new HashKey.Cookie("user", "", HashKey.Cookie.PASSIVE, List.of()));
        assertThat(Objects.requireNonNull(
                                hash("httpCookie: {name: user, path: /a, ttl: 90s, attributes: [{name: SameSite, value: Lax}, {name: Secure}]}")
                                        .hash())
                        .key())
                .isEqualTo(new HashKey.Cookie(
                        "user",
                        "/a",
                        90,
                        List.of(
                                new HashKey.Cookie.Attribute("SameSite", "Lax"),
                                new HashKey.Cookie.Attribute("Secure", ""))));
        assertThat(Objects.requireNonNull(
                                hash("httpCookie: {name: user, ttl: 0s}").hash())
                        .key())
                .isEqualTo(new HashKey.Cookie("user", "", 0, List.of()));
    }

    @Test
    void localityFailoverNeedsOutlierDetectionAndThenIsTheDefault() {
        String failover = "localityLbSetting: {failover: [{from: eu, to: us}]}";
        assertThat(of("loadBalancer: {" + failover + "}").locality()).isEqualTo(LocalityBalancing.ANYWHERE);
        assertThat(of("loadBalancer: {" + failover + "}, outlierDetection: {}").locality())
                .isEqualTo(new Failover(List.of(), true, Locality.parse("eu/west/a"), "us"));
        assertThat(of("outlierDetection: {}").locality())
                .isEqualTo(new Failover(List.of(), true, Locality.parse("eu/west/a"), null));
        assertThat(of("loadBalancer: {localityLbSetting: {enabled: false}}, outlierDetection: {}")
                        .locality())
                .isEqualTo(LocalityBalancing.ANYWHERE);
    }

    @Test
    void failoverPriorityTakesTheProxysOwnValueOrTheOneSaid() {
        LoadBalancing balancing = of(
                "loadBalancer: {localityLbSetting: {failoverPriority: ['topology.kubernetes.io/region', rack, 'tier=gold', gone]}}, outlierDetection: {}");
        assertThat(balancing.locality())
                .isEqualTo(new Failover(
                        List.of(
                                new LabelRank("topology.kubernetes.io/region", "eu"),
                                new LabelRank("rack", "r7"),
                                new LabelRank("tier", "gold"),
                                new LabelRank("gone", "")),
                        false,
                        Locality.parse("eu/west/a"),
                        null));
    }

    @Test
    void distributeNeedsNoOutlierDetectionAndTheFirstThatIsForTheProxyCounts() {
        String distribute =
                "loadBalancer: {localityLbSetting: {distribute: [{from: us/*, to: {us/*: 100}}, {from: eu/west/*, to: {eu/*: 70, us/*: 30}}, {from: '*', to: {us/*: 100}}]}}";
        assertThat(of(distribute).locality())
                .isEqualTo(new Distribute(Map.of(Locality.parse("eu/*"), 70L, Locality.parse("us/*"), 30L)));
        assertThat(of("loadBalancer: {localityLbSetting: {distribute: [{from: us/*, to: {us/*: 100}}]}}")
                        .locality())
                .isEqualTo(LocalityBalancing.ANYWHERE);
    }

    @Test
    void warmupIsForRoundRobinAndLeastRequest() {
        String warmup = "warmup: {duration: 90s, minimumPercent: 20, aggression: 1.5}";
        assertThat(of("loadBalancer: {simple: ROUND_ROBIN, " + warmup + "}").warmup())
                .isEqualTo(new Warmup(90_000, 20, 1.5));
        assertThat(of("loadBalancer: {warmup: {duration: 90s}}").warmup()).isEqualTo(new Warmup(90_000, 10, 1));
        assertThat(of("loadBalancer: {warmupDurationSecs: 30s}").warmup()).isEqualTo(new Warmup(30_000, 10, 1));
        assertThat(of("loadBalancer: {simple: RANDOM, " + warmup + "}").warmup())
                .isNull();
    }

    @Test
    void subsetsOverlayTheHostBlockByBlock() {
        Cluster subset = cluster(
                "trafficPolicy: {loadBalancer: {simple: RANDOM}, outlierDetection: {minHealthPercent: 20}}, subsets: [{name: v1, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}}}]",
                "v1");
        assertThat(subset.lbPolicy()).isEqualTo(LbPolicy.RING_HASH);
        assertThat(subset.loadBalancing().healthyPanicPercent()).isEqualTo(20);
    }
}
