package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.balanced;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.name;
import static weft.proxy.testing.Snapshots.probed;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.OpenLoopLoad;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.UpstreamProcess;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.Unhealthy;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.routing.cluster.LoadBalancing;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** One of three endpoints, each a process of its own, is killed under 2,000 requests a second: what its clients notice. */
@Timeout(120)
class KilledEndpointTest {
    private static final int REQUESTS_PER_SECOND = 2_000;
    private static final int REQUESTS_BEFORE = 2_000;
    private static final int REQUESTS_AFTER = 4_000;

    /** For requests that may be sent again whatever became of them before, as GETs. */
    private static final RetryPolicy IDEMPOTENT = new RetryPolicy(
            2, 0, Set.of(Condition.CONNECT_FAILURE, Condition.REFUSED_STREAM, Condition.RESET), Set.of(), 25, true);

    private static final HealthCheck HEALTH_CHECK = new HealthCheck(
            new HealthProbe.Http("GET", "/healthz", "app.test", List.of(StatusRange.OK), List.of(), Map.of()),
            200,
            5_000,
            1,
            1,
            0,
            false);

    @Test
    void withDefaultRetriesNoClientSeesAnErrorAfterTheFirstSecond() throws Exception {
        List<FinishedRequest> failed = failedAroundAKill(LbPolicy.LEAST_REQUEST, RetryPolicy.DEFAULT, null, 1_000_000);
        // A connection that the endpoint never took may die with the request on it, which nobody may send twice.
        assertThat(failed)
                .hasSizeLessThanOrEqualTo(OpenLoopLoad.CLIENTS)
                .allSatisfy(request ->
                        assertThat(request.flags()).containsExactly(ResponseFlag.UPSTREAM_CONNECTION_TERMINATION));
    }

    @Test
    void withRetriesOfResetsNoClientSeesAnErrorAtAll() throws Exception {
        assertThat(failedAroundAKill(LbPolicy.ROUND_ROBIN, IDEMPOTENT, null, 0).stream()
                        .map(KilledEndpointTest::words))
                .isEmpty();
    }

    @Test
    void withAHealthCheckAndIdempotentRetriesNoClientSeesAnErrorAtAll() throws Exception {
        assertThat(failedAroundAKill(LbPolicy.LEAST_REQUEST, IDEMPOTENT, HEALTH_CHECK, 0).stream()
                        .map(KilledEndpointTest::words))
                .isEmpty();
    }

    private static List<FinishedRequest> failedAroundAKill(
            LbPolicy balancer, RetryPolicy retries, @Nullable HealthCheck check, long graceMicros) throws Exception {
        try (UpstreamProcess first = new UpstreamProcess();
                UpstreamProcess second = new UpstreamProcess();
                UpstreamProcess third = new UpstreamProcess();
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(retries),
                        probed(
                                balanced(
                                        cluster("v1", first.endpoint(), second.endpoint(), third.endpoint()),
                                        LoadBalancing.of(balancer)),
                                check)))) {
            List<FinishedRequest> logged;
            long killedMicros;
            OpenLoopLoad load = new OpenLoopLoad(proxy.port(), REQUESTS_PER_SECOND);
            try (load) {
                load.await(REQUESTS_BEFORE);
                second.kill();
                killedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
                load.await(load.answered() + REQUESTS_AFTER);
                if (check != null) {
                    EndpointState killed = endpoint(proxy, second);
                    Awaitility.await().until(() -> killed.is(Unhealthy.FAILED_CHECK));
                    long reached = killed.requests();
                    load.await(load.answered() + REQUESTS_BEFORE);
                    assertThat(killed.requests())
                            .as("requests to the endpoint that was found dead")
                            .isEqualTo(reached);
                }
                load.stop();
                logged = proxy.log().await(load.answered());
            }
            assertThat(logged.stream().filter(request -> request.attempts() > 1).count())
                    .as("requests that met the killed endpoint")
                    .isPositive();
            List<FinishedRequest> failed = logged.stream()
                    .filter(request -> request.responseCode() != 200)
                    .toList();
            assertThat(failed.stream()
                            .filter(request -> request.startMicros() > killedMicros + graceMicros)
                            .map(KilledEndpointTest::words))
                    .isEmpty();
            assertThat(load.failures()).hasSize(failed.size());
            return failed;
        }
    }

    private static EndpointState endpoint(TestProxy proxy, UpstreamProcess upstream) {
        ClusterRuntime cluster = proxy.server().dataPlane().serving().clusters().get(name("v1"));
        return Objects.requireNonNull(cluster).endpoints().stream()
                .filter(state ->
                        state.address().getPort() == upstream.endpoint().port())
                .findFirst()
                .orElseThrow();
    }

    private static String words(FinishedRequest request) {
        return request.flags() + " " + request.details() + " after " + request.attempts();
    }
}
