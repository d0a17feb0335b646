package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.GATEWAY;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.endpoint;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.host;
import static weft.proxy.testing.Snapshots.name;
import static weft.proxy.testing.Snapshots.watched;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.admin.AdminPage;
import weft.proxy.admin.AdminQuery;
import weft.proxy.admin.ProxyPages;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.telemetry.Histogram;
import weft.proxy.telemetry.MetricSource;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.OutlierCounts;
import weft.proxy.upstream.Unhealthy;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.OutlierDetection;
import weft.routing.http.ResponseFlag;

/** Endpoints that fail are ejected, and what clients, the admin port and the metrics see of it. */
@Timeout(60)
class OutliersTest {
    private static final String ERROR = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
    private static final long FOR_LONG = 600_000;
    private static final OutlierDetection THREE = ejecting(3, FOR_LONG);

    private static OutlierDetection ejecting(int consecutive5xx, long millis) {
        return new OutlierDetection(consecutive5xx, 0, false, 5, 20, millis, 100, Set.of());
    }

    private static ClusterRuntime runtime(TestProxy proxy) {
        return Objects.requireNonNull(
                proxy.server().dataPlane().serving().clusters().get(name("v1")));
    }

    private static EndpointState state(TestProxy proxy, int port) {
        return runtime(proxy).endpoints().stream()
                .filter(state -> state.address().getPort() == port)
                .findFirst()
                .orElseThrow();
    }

    private static OutlierCounts counts(TestProxy proxy) {
        return Objects.requireNonNull(runtime(proxy).outliers());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void install(TestProxy proxy, long revision, Cluster... clusters) {
        proxy.server()
                .installer()
                .install(Snapshots.of(GATEWAY, revision, host(Action.to("v1").forward()), clusters));
    }

    @Test
    void endpointThatFailsThriceIsLeftAloneAndComesBack() throws IOException {
        AtomicBoolean isSick = new AtomicBoolean(true);
        try (TestUpstream sick = TestUpstream.answering(request -> isSick.get() ? ERROR : TestUpstream.ok("mended"));
                TestUpstream well = TestUpstream.saying("well");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"), watched(cluster("v1", sick.endpoint(), well.endpoint()), ejecting(3, 400))));
                TestClient client = proxy.client()) {
            int failed = 0;
            while (!state(proxy, sick.port()).is(Unhealthy.EJECTED)) {
                failed += client.get("app.test", "/").status() == 500 ? 1 : 0;
            }
            assertThat(failed).isEqualTo(3);
            for (int i = 0; i < 10; i++) {
                assertThat(client.get("app.test", "/").text()).isEqualTo("well");
            }
            isSick.set(false);
            Awaitility.await().until(() -> client.get("app.test", "/").text().equals("mended"));
            assertThat(counts(proxy).enforcedTotal()).isOne();
            assertThat(counts(proxy).active()).isZero();
        }
    }

    @Test
    void refusedConnectionsEjectAsTheir503sDo() throws IOException {
        try (TestUpstream well = TestUpstream.saying("well");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"), watched(cluster("v1", endpoint(freePort()), well.endpoint()), THREE)));
                TestClient client = proxy.client()) {
            int failed = 0;
            for (int i = 0; i < 30; i++) {
                failed += client.get("app.test", "/").status() == 503 ? 1 : 0;
            }
            assertThat(failed).isEqualTo(3);
        }
    }

    @Test
    void answersThatComeTooLateEjectAsGatewayErrors() throws IOException {
        OutlierDetection twoGatewayErrors = new OutlierDetection(0, 2, false, 5, 20, FOR_LONG, 100, Set.of());
        try (TestUpstream silent = TestUpstream.serving((self, socket) -> {
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    while (self.receive(in) != null) {}
                });
                TestUpstream well = TestUpstream.saying("well");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").timeout(40),
                        watched(cluster("v1", silent.endpoint(), well.endpoint()), twoGatewayErrors)));
                TestClient client = proxy.client()) {
            int late = 0;
            for (int i = 0; i < 10; i++) {
                late += client.get("app.test", "/").status() == 504 ? 1 : 0;
            }
            assertThat(late).isEqualTo(2);
            assertThat(state(proxy, silent.port()).timeouts()).isEqualTo(2);
        }
    }

    @Test
    void grpcAnswersCountByTheirStatusInHeadOrTrailers() throws IOException {
        String inHead =
                "HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\ngrpc-status: 14\r\ncontent-length: 0\r\n\r\n";
        String inTrailers = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\ntransfer-encoding: chunked\r\n\r\n"
                + "2\r\nhm\r\n0\r\ngrpc-status: 13\r\n\r\n";
        for (String answer : new String[] {inHead, inTrailers}) {
            try (TestUpstream sick = TestUpstream.answering(request -> answer);
                    TestProxy proxy =
                            new TestProxy(forwarding(Action.to("v1"), watched(cluster("v1", sick.endpoint()), THREE)));
                    TestClient client = proxy.client()) {
                for (int i = 0; i < 3; i++) {
                    client.post("app.test", "/s/m", "", "content-type: application/grpc");
                }
                assertThat(state(proxy, sick.port()).is(Unhealthy.EJECTED)).isTrue();
            }
        }
    }

    @Test
    void whenAllAreEjectedTheAnswerIs503UH() throws IOException {
        try (TestUpstream sick = TestUpstream.answering(request -> ERROR);
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), watched(cluster("v1", sick.endpoint()), ejecting(2, FOR_LONG))));
                TestClient client = proxy.client()) {
            client.get("app.test", "/");
            client.get("app.test", "/");
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("no healthy upstream");
            FinishedRequest logged = proxy.log().await(3).get(2);
            assertThat(logged.flags()).containsExactly(ResponseFlag.NO_HEALTHY_UPSTREAM);
            assertThat(logged.details()).isEqualTo("no_healthy_upstream");
        }
    }

    @Test
    void oneOfThreeIsNotEjectedWithTheDefaultOfTenPercent() throws IOException {
        try (TestUpstream sick = TestUpstream.answering(request -> ERROR);
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"),
                        watched(
                                cluster("v1", sick.endpoint(), endpoint(freePort()), endpoint(1)),
                                OutlierDetection.DEFAULT)));
                TestClient client = proxy.client()) {
            for (int i = 0; i < 40; i++) {
                client.get("app.test", "/");
            }
            assertThat(counts(proxy).enforcedTotal()).isZero();
            assertThat(counts(proxy).overflows()).isPositive();
        }
    }

    @Test
    void connectionsThatTcpCannotOpenEject() throws IOException {
        int closed = freePort();
        try (TestUpstream well = TestUpstream.serving(
                        (self, socket) -> socket.getOutputStream().write('w'));
                TestProxy proxy = new TestProxy(
                        TcpSnapshots.relaying(watched(cluster("v1", endpoint(closed), well.endpoint()), THREE)))) {
            int failed = 0;
            for (int i = 0; i < 20; i++) {
                try (Socket client = new Socket("127.0.0.1", proxy.port())) {
                    failed += client.getInputStream().read() < 0 ? 1 : 0;
                }
            }
            assertThat(failed).isEqualTo(3);
            assertThat(state(proxy, closed).is(Unhealthy.EJECTED)).isTrue();
        }
    }

    @Test
    void ejectionOutlivesChangesOfAllButItsOwnSettings() throws IOException {
        ConnectionPoolSettings otherPool = new ConnectionPoolSettings(50, 1_000, 50, 50, 0, 50, 60_000, 0);
        try (TestUpstream sick = TestUpstream.answering(request -> ERROR);
                TestUpstream well = TestUpstream.saying("well");
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), watched(cluster("v1", sick.endpoint(), well.endpoint()), THREE)));
                TestClient client = proxy.client()) {
            while (!state(proxy, sick.port()).is(Unhealthy.EJECTED)) {
                client.get("app.test", "/");
            }
            install(proxy, 2, watched(cluster("v1", sick.endpoint(), well.endpoint(), endpoint(1)), THREE));
            assertThat(state(proxy, sick.port()).is(Unhealthy.EJECTED)).isTrue();
            install(proxy, 3, watched(cluster("v1", otherPool, sick.endpoint(), well.endpoint()), THREE));
            assertThat(state(proxy, sick.port()).is(Unhealthy.EJECTED)).isTrue();
            assertThat(counts(proxy).active()).isOne();

            install(proxy, 4, watched(cluster("v1", otherPool, sick.endpoint(), well.endpoint()), ejecting(9, 1)));
            assertThat(state(proxy, sick.port()).is(Unhealthy.EJECTED)).isFalse();
            assertThat(counts(proxy).active()).isZero();
            install(proxy, 5, cluster("v1", otherPool, sick.endpoint(), well.endpoint()));
            assertThat(runtime(proxy).outliers()).isNull();
        }
    }

    @Test
    void adminPortAndMetricsTellOfEjections() throws IOException {
        try (TestUpstream sick = TestUpstream.answering(request -> ERROR);
                TestUpstream well = TestUpstream.saying("well");
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), watched(cluster("v1", sick.endpoint(), well.endpoint()), THREE)));
                TestClient client = proxy.client()) {
            String prefix = name("v1") + "::" + sick.endpoint().hostPort() + "::";
            assertThat(page(proxy, "/clusters")).contains(prefix + "health_flags::healthy");
            while (!state(proxy, sick.port()).is(Unhealthy.EJECTED)) {
                client.get("app.test", "/");
            }
            assertThat(page(proxy, "/clusters"))
                    .contains(prefix + "health_flags::/failed_outlier_check", prefix + "rq_error::3");
            assertThat(page(proxy, "/stats"))
                    .contains("cluster." + name("v1") + ".outlier_detection.ejections_active: 1");
            assertThat(metrics(proxy))
                    .containsEntry("envoy_cluster_outlier_detection_ejections_active", 1.0)
                    .containsEntry("envoy_cluster_outlier_detection_ejections_enforced_total", 1.0)
                    .containsEntry("envoy_cluster_outlier_detection_ejections_enforced_consecutive_5xx", 1.0)
                    .containsEntry("envoy_cluster_membership_healthy", 1.0);
        }
    }

    private static String page(TestProxy proxy, String path) {
        AdminPage found = new ProxyPages(proxy.server())
                .all().stream()
                        .filter(page -> page.path().equals(path))
                        .findFirst()
                        .orElseThrow();
        return found.answer().apply(new AdminQuery(Map.of())).body();
    }

    private static Map<String, Double> metrics(TestProxy proxy) {
        Map<String, Double> seen = new HashMap<>();
        new ClusterMetrics(proxy.server().dataPlane()).collect(new MetricSource.Output() {
            @Override
            public void counter(String metric, String help, Map<String, String> labels, double value) {
                seen.put(metric, value);
            }

            @Override
            public void gauge(String metric, String help, Map<String, String> labels, double value) {
                seen.put(metric, value);
            }

            @Override
            public void histogram(String metric, String help, Map<String, String> labels, Histogram.Values values) {}
        });
        return seen;
    }
}
