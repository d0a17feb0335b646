package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** Which HealthCheckPolicy a cluster gets, and with what figures. */
class HealthChecksTest {
    private static final String SERVICE = """
            kind: ServiceEntry
            metadata: {name: reviews-entry, namespace: shop}
            spec:
              hosts: [reviews.shop.svc.cluster.local]
              ports: [{number: 80, name: http, protocol: HTTP}, {number: 90, name: admin, protocol: HTTP}]
              resolution: STATIC
              endpoints: [{address: 10.0.0.1, labels: {version: v1}}]
            ---
            kind: DestinationRule
            metadata: {name: reviews, namespace: shop}
            spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}]}
            ---
            """;

    private static String policy(String name, String namespace, int year, String spec) {
        return """
                kind: HealthCheckPolicy
                metadata: {name: %s, namespace: %s, creationTimestamp: '%d-01-01T00:00:00Z'}
                spec: {tcpHealthCheck: {send: %s}, %s}
                ---
                """.formatted(name, namespace, year, name, spec);
    }

    private static Map<String, HealthCheck> checks(String... policies) {
        ProxyIdentity identity = new ProxyIdentity("p", "web", Map.of(), "", "", "p", Mode.SIDECAR, List.of());
        ProxySnapshot compiled = new SnapshotCompiler(identity)
                .compile(TestRules.snapshot(SERVICE + String.join("", policies)), ProxySnapshot.empty(identity));
        assertThat(compiled.rejections()).isEmpty();
        Map<String, HealthCheck> checks = new TreeMap<>();
        compiled.clusters().forEach((name, cluster) -> {
            if (cluster.healthCheck() != null) {
                checks.put(name.replace("|reviews.shop.svc.cluster.local", ""), cluster.healthCheck());
            }
        });
        return checks;
    }

    /** Cluster to the name of the policy that applies. */
    private static Map<String, String> chosen(String... policies) {
        Map<String, String> chosen = new TreeMap<>();
        checks(policies).forEach((cluster, check) -> chosen.put(cluster, ((HealthProbe.Tcp) check.probe()).send()));
        return chosen;
    }

    private static HealthCheck only(String spec) {
        HealthCheck check = checks("""
                kind: HealthCheckPolicy
                metadata: {name: a, namespace: shop}
                spec: {host: reviews, port: 90, %s}
                """.formatted(spec)).get("outbound|90|");
        return Objects.requireNonNull(check);
    }

    @Test
    void aPolicyIsForAllPortsAndSubsetsUnlessItSaysOtherwise() {
        assertThat(chosen()).isEmpty();
        assertThat(chosen(policy("all", "shop", 2020, "host: reviews")))
                .hasSize(4)
                .containsValue("all");
        assertThat(chosen(policy("other", "web", 2020, "host: reviews")))
                .as("the short name means another service there")
                .isEmpty();
        assertThat(chosen(policy("port", "shop", 2020, "host: reviews, port: 90")))
                .containsOnlyKeys("outbound|90|", "outbound|90|v1");
        assertThat(chosen(policy("subset", "shop", 2020, "host: reviews, subset: v1")))
                .containsOnlyKeys("outbound|80|v1", "outbound|90|v1");
    }

    @Test
    void theMoreSpecificWinsThenTheOlder() {
        assertThat(chosen(
                        policy("all", "shop", 2020, "host: reviews"),
                        policy("port", "shop", 2021, "host: reviews, port: 90"),
                        policy("young", "shop", 2023, "host: reviews, subset: v1"),
                        policy(
                                "old",
                                "shop",
                                2022,
                                "targetRef: {kind: ServiceEntry, name: reviews-entry}, subset: v1")))
                .isEqualTo(Map.of(
                        "outbound|80|",
                        "all",
                        "outbound|90|",
                        "port",
                        "outbound|80|v1",
                        "old",
                        "outbound|90|v1",
                        "old"));
    }

    @Test
    void theClientsNamespaceIsAskedFirstThenTheServicesThenTheRoot() {
        String host = "host: reviews.shop.svc.cluster.local";
        String root = policy("root", "istio-system", 2019, host);
        String service = policy("service", "shop", 2020, host + ", port: 80");
        String client = policy("client", "web", 2021, host + ", port: 80, subset: v1");
        assertThat(chosen(root, service, client, policy("stranger", "other", 2018, host)))
                .isEqualTo(Map.of(
                        "outbound|80|",
                        "service",
                        "outbound|90|",
                        "root",
                        "outbound|80|v1",
                        "client",
                        "outbound|90|v1",
                        "root"));
    }

    @Test
    void aTargetIsADocumentOfTheOwnNamespace() {
        assertThat(chosen(policy("entry", "shop", 2020, "targetRef: {kind: ServiceEntry, name: reviews-entry}")))
                .hasSize(4);
        assertThat(chosen(policy("entry", "web", 2020, "targetRef: {kind: ServiceEntry, name: reviews-entry}")))
                .isEmpty();
        assertThat(chosen(policy("service", "shop", 2020, "targetRef: {kind: Service, name: reviews-entry}")))
                .isEmpty();
    }

    @Test
    void figuresThatAreNotGivenHaveDefaults() {
        assertThat(only("tcpHealthCheck: {}"))
                .isEqualTo(new HealthCheck(new HealthProbe.Tcp("", List.of()), 5_000, 5_000, 2, 2, 500, false));
        assertThat(only("interval: 2s, share: true, tcpHealthCheck: {}"))
                .isEqualTo(new HealthCheck(new HealthProbe.Tcp("", List.of()), 2_000, 2_000, 2, 2, 200, true));
        assertThat(only("interval: 2s, timeout: 1s, jitter: 0s, unhealthyThreshold: 3, healthyThreshold: 1,"
                        + " grpcHealthCheck: {serviceName: shop}"))
                .isEqualTo(new HealthCheck(
                        new HealthProbe.Grpc("shop", "reviews.shop.svc.cluster.local"), 2_000, 1_000, 3, 1, 0, false));
        assertThat(only("noTrafficInterval: 60s, tcpHealthCheck: {}"))
                .isEqualTo(new HealthCheck(new HealthProbe.Tcp("", List.of()), 5_000, 5_000, 2, 2, 500, false, 60_000));
        assertThat(only("interval: 2s, tcpHealthCheck: {}").noTrafficMillis()).isEqualTo(2_000);
        assertThat(only("httpHealthCheck: {}").probe())
                .isEqualTo(new HealthProbe.Http(
                        "GET", "/", "reviews.shop.svc.cluster.local", List.of(StatusRange.OK), List.of(), Map.of()));
    }

    @Test
    void statusesAreRangesWithBothEnds() {
        HealthProbe.Http http = (HealthProbe.Http)
                only("httpHealthCheck: {expectedStatuses: ['200-299', '404'], retriableStatuses: ['503']}")
                        .probe();
        assertThat(List.of(199, 200, 299, 300, 404, 503).stream().filter(http::expects))
                .containsExactly(200, 299, 404);
        assertThat(List.of(404, 503).stream().filter(http::mayRetry)).containsExactly(503);
    }
}
