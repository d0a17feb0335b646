package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.balanced;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.name;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.Unhealthy;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.Locality;
import weft.routing.cluster.LocalityBalancing.Failover;
import weft.routing.http.ResponseFlag;

/** Marks on endpoints as clients see them. */
class UnhealthyEndpointsTest {
    private static final LoadBalancing WITHOUT_PANIC = new LoadBalancing(LbPolicy.ROUND_ROBIN, 0);

    private static EndpointState endpoint(TestProxy proxy, TestUpstream upstream) {
        ClusterRuntime cluster = proxy.server().dataPlane().serving().clusters().get(name("v1"));
        return Objects.requireNonNull(cluster).endpoints().stream()
                .filter(state -> state.address().getPort() == upstream.port())
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> answers(TestClient client) throws IOException {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 12; i++) {
            answers.add(client.get("app.test", "/").text());
        }
        return answers;
    }

    private static TestProxy proxy(Cluster cluster) {
        return new TestProxy(forwarding(Action.to("v1"), cluster));
    }

    @ParameterizedTest
    @EnumSource
    void markedEndpointIsNotPickedUntilTheMarkIsTakenBack(Unhealthy why) throws IOException {
        try (TestUpstream a = TestUpstream.saying("a");
                TestUpstream b = TestUpstream.saying("b");
                TestUpstream c = TestUpstream.saying("c");
                TestProxy proxy = proxy(cluster("v1", a.endpoint(), b.endpoint(), c.endpoint()));
                TestClient client = proxy.client()) {
            assertThat(answers(client)).containsExactly("a", "b", "c");
            endpoint(proxy, b).mark(why, true);
            endpoint(proxy, b).mark(why, true);
            assertThat(endpoint(proxy, b).isHealthy()).isFalse();
            assertThat(answers(client)).containsExactly("a", "c");
            endpoint(proxy, b).mark(why, false);
            assertThat(endpoint(proxy, b).isHealthy()).isTrue();
            assertThat(answers(client)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void endpointWithTwoMarksStaysOutUntilBothAreTakenBack() throws IOException {
        try (TestUpstream a = TestUpstream.saying("a");
                TestUpstream b = TestUpstream.saying("b");
                TestProxy proxy = proxy(cluster("v1", a.endpoint(), b.endpoint()));
                TestClient client = proxy.client()) {
            endpoint(proxy, b).mark(Unhealthy.EJECTED, true);
            endpoint(proxy, b).mark(Unhealthy.FAILED_CHECK, true);
            endpoint(proxy, b).mark(Unhealthy.EJECTED, false);
            assertThat(answers(client)).containsExactly("a");
            endpoint(proxy, b).mark(Unhealthy.FAILED_CHECK, false);
            assertThat(answers(client)).containsExactly("a", "b");
        }
    }

    @Test
    void allUnhealthyWithoutPanicAnswers503UH() throws IOException {
        try (TestUpstream a = TestUpstream.saying("a");
                TestUpstream b = TestUpstream.saying("b");
                TestProxy proxy = proxy(balanced(cluster("v1", a.endpoint(), b.endpoint()), WITHOUT_PANIC));
                TestClient client = proxy.client()) {
            endpoint(proxy, a).mark(Unhealthy.EJECTED, true);
            assertThat(answers(client)).containsExactly("b");
            endpoint(proxy, b).mark(Unhealthy.FAILED_CHECK, true);
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("no healthy upstream");
            FinishedRequest logged = proxy.log().await(13).get(12);
            assertThat(logged.flags()).isEqualTo(Set.of(ResponseFlag.NO_HEALTHY_UPSTREAM));
            assertThat(logged.details()).isEqualTo("no_healthy_upstream");
        }
    }

    @Test
    void fewerHealthyThanThePanicThresholdUsesAllThatAreThere() throws IOException {
        try (TestUpstream a = TestUpstream.saying("a");
                TestUpstream b = TestUpstream.saying("b");
                TestUpstream c = TestUpstream.saying("c");
                TestProxy proxy = proxy(cluster("v1", a.endpoint(), b.endpoint(), c.endpoint()));
                TestClient client = proxy.client()) {
            endpoint(proxy, a).mark(Unhealthy.EJECTED, true);
            assertThat(answers(client)).containsExactly("b", "c");
            endpoint(proxy, b).mark(Unhealthy.EJECTED, true);
            assertThat(answers(client)).containsExactly("a", "b", "c");
            endpoint(proxy, a).mark(Unhealthy.DRAINING, true);
            // One of two is healthy: that is not below 50 %, as what drains counts as gone.
            assertThat(answers(client)).containsExactly("c");
        }
    }

    @Test
    void drainingEndpointsServeWhenThereAreNoOthers() throws IOException {
        try (TestUpstream a = TestUpstream.saying("a");
                TestProxy proxy = proxy(balanced(cluster("v1", a.endpoint()), WITHOUT_PANIC));
                TestClient client = proxy.client()) {
            endpoint(proxy, a).mark(Unhealthy.DRAINING, true);
            assertThat(answers(client)).containsExactly("a");
        }
    }

    private static Endpoint in(TestUpstream upstream, String locality) {
        return new Endpoint("127.0.0.1", upstream.port(), 1, Map.of(), locality, "");
    }

    @Test
    void trafficFailsOverToTheNextZoneAndComesBack() throws IOException {
        LoadBalancing failover = new LoadBalancing(
                LbPolicy.LEAST_REQUEST, 0, null, new Failover(List.of(), true, Locality.parse("eu/west"), null), null);
        try (TestUpstream a = TestUpstream.saying("here");
                TestUpstream b = TestUpstream.saying("same region");
                TestUpstream c = TestUpstream.saying("elsewhere");
                TestProxy proxy = proxy(
                        balanced(cluster("v1", in(c, "us/east"), in(b, "eu/north"), in(a, "eu/west")), failover));
                TestClient client = proxy.client()) {
            assertThat(answers(client)).containsExactly("here");
            endpoint(proxy, a).mark(Unhealthy.EJECTED, true);
            assertThat(answers(client)).containsExactly("same region");
            endpoint(proxy, b).mark(Unhealthy.EJECTED, true);
            assertThat(answers(client)).containsExactly("elsewhere");
            endpoint(proxy, c).mark(Unhealthy.EJECTED, true);
            assertThat(client.get("app.test", "/").status()).isEqualTo(503);
            endpoint(proxy, a).mark(Unhealthy.EJECTED, false);
            assertThat(answers(client)).containsExactly("here");
        }
    }
}
