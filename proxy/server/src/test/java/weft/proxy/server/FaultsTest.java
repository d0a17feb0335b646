package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.filter.FaultCounts;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.http.ResponseFlag;
import weft.routing.route.Fault;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** Injected faults: what clients get, what is logged, what is counted. */
@Timeout(60)
class FaultsTest {

    private static TestProxy proxy(Fault fault, TestUpstream upstream) {
        return new TestProxy(
                forwarding(
                        Action.to("v1")
                                .timeout(20_000)
                                .retries(new RetryPolicy(3, 0, Set.of(Condition.FIVE_XX), Set.of(), 1, true))
                                .fault(fault),
                        cluster("v1", upstream.endpoint())),
                1);
    }

    private static FaultCounts counts(TestProxy proxy) {
        return proxy.server().dataPlane().faults();
    }

    @Test
    void abortAnswersForTheUpstreamAndIsNeverTriedAgain() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(new Fault(null, new Fault.Abort(100, 503, null)), upstream);
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("fault filter abort");
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.flags()).containsExactly(ResponseFlag.FAULT_INJECTED);
            assertThat(logged.details()).isEqualTo("fault_filter_abort");
            assertThat(logged.attempts()).isZero();
            assertThat(upstream.connections()).isZero();
            assertThat(counts(proxy).aborts()).isOne();
            assertThat(counts(proxy).delays()).isZero();
        }
    }

    @Test
    void abortWithGrpcStatusAnswersAnyClientInGrpc() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(new Fault(null, new Fault.Abort(100, 200, 14)), upstream);
                TestClient client = proxy.client()) {
            HttpMessage response = client.post("app.test", "/s/m", "", "content-type: application/grpc");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.field("grpc-status")).isEqualTo("14");
            assertThat(response.field("grpc-message")).isEqualTo("fault filter abort");
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.responseCode()).isEqualTo(200);
            assertThat(logged.grpcStatus()).isEqualTo(14);
            assertThat(logged.flags()).containsExactly(ResponseFlag.FAULT_INJECTED);
        }
    }

    @Test
    void delayAndAbortAreDrawnApartAndShareOneRequest() throws IOException {
        Fault both = new Fault(new Fault.Delay(50, 1), new Fault.Abort(50, 418, null));
        int requests = 400;
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(both, upstream);
                TestClient client = proxy.client()) {
            int aborted = 0;
            for (int i = 0; i < requests; i++) {
                aborted += client.get("app.test", "/").status() == 418 ? 1 : 0;
            }
            List<FinishedRequest> logged = proxy.log().await(requests);
            // Of 400: four standard deviations are 40 of a half, 35 of a quarter.
            assertThat(aborted).isBetween(160, 240);
            assertThat(counts(proxy).aborts()).isEqualTo(aborted);
            assertThat(counts(proxy).delays())
                    .isBetween(160L, 240L)
                    .isEqualTo(flagged(logged, ResponseFlag.DELAY_INJECTED));
            assertThat(flagged(logged, ResponseFlag.FAULT_INJECTED)).isEqualTo(aborted);
            assertThat(logged.stream()
                            .filter(request -> request.flags()
                                    .equals(EnumSet.of(ResponseFlag.DELAY_INJECTED, ResponseFlag.FAULT_INJECTED)))
                            .count())
                    .isBetween(65L, 135L);
            assertThat(counts(proxy).active()).isZero();
        }
    }

    private static long flagged(List<FinishedRequest> logged, ResponseFlag flag) {
        return logged.stream().filter(request -> request.flags().contains(flag)).count();
    }

    @Test
    void nothingIsInjectedAtZeroPercent() throws IOException {
        Fault none = new Fault(new Fault.Delay(0, 60_000), new Fault.Abort(0, 500, null));
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(none, upstream);
                TestClient client = proxy.client()) {
            for (int i = 0; i < 50; i++) {
                assertThat(client.get("app.test", "/").status()).isEqualTo(200);
            }
            assertThat(counts(proxy).delays() + counts(proxy).aborts()).isZero();
        }
    }

    @Test
    void clientThatLeavesDuringTheDelayIsLoggedAndTheDelayEnds() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(new Fault(new Fault.Delay(100, 60_000), null), upstream);
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> counts(proxy).active() == 1);
            client.abort();
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.flags())
                    .containsExactlyInAnyOrder(
                            ResponseFlag.DELAY_INJECTED, ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
            assertThat(counts(proxy).active()).isZero();
            assertThat(upstream.connections()).isZero();
        }
    }

    @Test
    void bodyThatArrivesDuringTheDelayGoesUpstreamWhole() throws IOException {
        int size = 300_000;
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(new Fault(new Fault.Delay(100, 100), null), upstream);
                TestClient client = proxy.client()) {
            assertThat(client.post("app.test", "/", "x".repeat(size)).text()).isEqualTo("hello");
            assertThat(upstream.lastRequest().bodyLength()).isEqualTo(size);
        }
    }
}
