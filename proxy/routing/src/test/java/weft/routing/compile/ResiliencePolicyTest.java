package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.OutlierDetection;
import weft.routing.cluster.RetryBudget;
import weft.routing.cluster.TcpKeepalive;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** What connectionPool, outlierDetection and retryBudget of a DestinationRule come to, with Istio's defaults. */
class ResiliencePolicyTest {
    private static final String SERVICE = """
            kind: ServiceEntry
            metadata: {name: app, namespace: default}
            spec:
              hosts: [app.test]
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP}, {number: 81, name: http-2, protocol: HTTP}]
              endpoints: [{address: 10.0.0.1}]
            ---
            """;

    private static Cluster cluster(int port, String subset, String spec) {
        String rule = SERVICE + """
                kind: DestinationRule
                metadata: {name: app, namespace: default}
                spec: {host: app.test, %s}
                """.formatted(spec);
        ProxyIdentity identity = new ProxyIdentity("p", "default", Map.of(), "", "", "p", Mode.SIDECAR, List.of());
        ProxySnapshot snapshot =
                new SnapshotCompiler(identity).compile(TestRules.snapshot(rule), ProxySnapshot.empty(identity));
        return Objects.requireNonNull(snapshot.clusters().get(Cluster.nameOf("outbound", port, subset, "app.test")));
    }

    private static ConnectionPoolSettings pool(String connectionPool) {
        return cluster(80, "", "trafficPolicy: {connectionPool: " + connectionPool + "}")
                .connectionPool();
    }

    private static OutlierDetection outliers(String outlierDetection) {
        return Objects.requireNonNull(cluster(80, "", "trafficPolicy: {outlierDetection: " + outlierDetection + "}")
                .outlierDetection());
    }

    @Test
    void everyFieldOfTheConnectionPoolArrives() {
        assertThat(pool("""
                {tcp: {maxConnections: 1, connectTimeout: 2s, maxConnectionDuration: 3s,
                  tcpKeepalive: {probes: 4, time: 5s, interval: 1.5s}},
                 http: {http1MaxPendingRequests: 6, http2MaxRequests: 7, maxRequestsPerConnection: 8, maxRetries: 9,
                  idleTimeout: 10s}}
                """))
                .isEqualTo(new ConnectionPoolSettings(
                        1, 2_000, 6, 7, 8, 9, 10_000, 3_000, new TcpKeepalive(4, 5, 1), null));
    }

    @Test
    void whatIsZeroOrLeftOutIsUnlimited() {
        assertThat(pool("{tcp: {maxConnections: 0}, http: {maxRetries: 0}}")).isEqualTo(ConnectionPoolSettings.DEFAULT);
        assertThat(pool("{tcp: {tcpKeepalive: {}}}").tcpKeepalive())
                .as("switched on, with the system's figures")
                .isEqualTo(new TcpKeepalive(0, 0, 0));
    }

    @Test
    void idleTimeoutOfTcpServesForHttpUnlessThatHasItsOwn() {
        assertThat(pool("{tcp: {idleTimeout: 5s}}").idleTimeoutMillis()).isEqualTo(5_000);
        assertThat(pool("{tcp: {idleTimeout: 5s}, http: {idleTimeout: 7s}}").idleTimeoutMillis())
                .isEqualTo(7_000);
    }

    @Test
    void anEmptyBlockSwitchesOutlierDetectionOn() {
        assertThat(outliers("{}")).isEqualTo(OutlierDetection.DEFAULT);
        assertThat(cluster(80, "", "trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}}}")
                        .outlierDetection())
                .isNull();
    }

    @Test
    void everyFieldOfOutlierDetectionArrives() {
        assertThat(outliers("""
                {consecutive5xxErrors: 0, consecutiveGatewayErrors: 3, splitExternalLocalOriginErrors: true,
                 consecutiveLocalOriginFailures: 4, interval: 1s, baseEjectionTime: 2m, maxEjectionPercent: 50,
                 outlierDetectionHttpErrorCodes: [404, 500]}
                """)).isEqualTo(new OutlierDetection(0, 3, true, 4, 1_000, 120_000, 50, Set.of(404, 500)));
    }

    @Test
    void deprecatedConsecutiveErrorsAreGatewayErrorsUnlessTheNewFieldsSpeak() {
        OutlierDetection old = outliers("{consecutiveErrors: 7}");
        assertThat(old.consecutive5xx()).isZero();
        assertThat(old.consecutiveGatewayFailure()).isEqualTo(7);
        OutlierDetection both = outliers("{consecutiveErrors: 7, consecutive5xxErrors: 2}");
        assertThat(both.consecutive5xx()).isEqualTo(2);
        assertThat(both.consecutiveGatewayFailure()).isZero();
    }

    @Test
    void subsetsOverlayBlockByBlockAndPortsReplaceAllButTheBudget() {
        String rule = """
                trafficPolicy: {outlierDetection: {interval: 1s}, connectionPool: {tcp: {maxConnections: 1}},
                  retryBudget: {percent: 5},
                  portLevelSettings: [{port: {number: 81}, connectionPool: {tcp: {maxConnections: 2}}}]},
                subsets: [{name: v1, trafficPolicy: {outlierDetection: {interval: 9s}}}]
                """;
        Cluster subset = cluster(80, "v1", rule);
        assertThat(Objects.requireNonNull(subset.outlierDetection()).intervalMillis())
                .isEqualTo(9_000);
        assertThat(subset.connectionPool().maxConnections()).isEqualTo(1);
        Cluster port = cluster(81, "", rule);
        assertThat(port.outlierDetection()).isNull();
        assertThat(port.connectionPool().maxConnections()).isEqualTo(2);
        assertThat(port.connectionPool().retryBudget()).isEqualTo(new RetryBudget(5, 3, 0));
    }

    @Test
    void retryBudgetIsInForceWithoutConnectionPoolAndHasEnvoysDefaults() {
        assertThat(cluster(80, "", "trafficPolicy: {retryBudget: {minRetryConcurrency: 10, budgetInterval: 2s}}")
                        .connectionPool()
                        .retryBudget())
                .isEqualTo(new RetryBudget(20, 10, 2_000));
    }

    @Test
    void budgetAllowsItsShareAndNeverLessThanItsMinimum() {
        RetryBudget budget = new RetryBudget(20, 3, 0);
        assertThat(budget.allowed(0)).isEqualTo(3);
        assertThat(budget.allowed(15)).isEqualTo(3);
        assertThat(budget.allowed(19)).isEqualTo(3);
        assertThat(budget.allowed(20)).isEqualTo(4);
        assertThat(new RetryBudget(12.5, 0, 0).allowed(800)).isEqualTo(100);
        assertThat(new RetryBudget(0, 0, 0).allowed(1_000)).isZero();
    }
}
