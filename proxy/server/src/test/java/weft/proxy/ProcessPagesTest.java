package weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.BundleDraft;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.TrustedKeys;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.log.testing.TestRules;
import weft.proxy.admin.AdminServer;
import weft.proxy.admin.ProxyPages;
import weft.proxy.control.ControlPlane;
import weft.proxy.control.ProxyInstance;
import weft.proxy.server.ClusterMetrics;
import weft.proxy.telemetry.Telemetry;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.compile.SnapshotCompiler;

/** What the admin endpoint says of the process, and what it makes the process do. */
class ProcessPagesTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Map<String, Object> NO_KAFKA = Map.of("bootstrap.servers", "127.0.0.1:1");

    private final TopicNames names = TestBroker.freshTopics();
    private final AtomicInteger quits = new AtomicInteger();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final TestUpstream upstream;
    private final TestProxy proxy;

    ProcessPagesTest() throws IOException {
        upstream = opened(TestUpstream.saying("hello"));
        proxy = opened(new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint()))));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.addFirst(part);
        return part;
    }

    /** A client of the admin endpoint; the data plane goes on serving the snapshot made by hand. */
    private TestClient admin(Map<String, Object> kafka) throws IOException {
        ControlPlane control = opened(new ControlPlane(
                new ControlPlane.Settings(kafka, names, null, false, TrustedKeys.NONE),
                Snapshots.GATEWAY,
                ProxyInstance.current("1", "127.0.0.1:15000", InstantSource.system()),
                new SnapshotCompiler(Snapshots.GATEWAY)::compile,
                next -> List.of()));
        Telemetry telemetry = Telemetry.start(Snapshots.GATEWAY, "boot-1", kafka, names);
        opened(() -> telemetry.close(Duration.ofSeconds(1)));
        telemetry.register(control.metrics());
        telemetry.register(new ClusterMetrics(proxy.server().dataPlane()));
        control.start();
        ProcessPages pages =
                new ProcessPages(control, proxy.server(), telemetry::prometheusText, quits::incrementAndGet);
        int port = opened(new AdminServer())
                .serve(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        pages.admin(new ProxyPages(proxy.server()).all()))
                .getPort();
        return opened(new TestClient(port));
    }

    @Test
    void aProxyWithoutRulesIsNotReadyAndSaysWhy() throws IOException {
        TestClient admin = admin(NO_KAFKA);
        HttpMessage answer = admin.get("admin", "/ready");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).startsWith("PRE_INITIALIZING: ");
        assertThat(admin.get("admin", "/stats/prometheus").text().lines())
                .contains("weft_rules_connected 0.0", "weft_rules_applied_revision 0.0")
                .contains("weft_rules_applied_offset -1.0", "weft_bundle_apply_seconds_count 0");
    }

    @Test
    void rulesAndClustersAreMeasured() throws IOException {
        TestBroker broker = TestBroker.shared();
        try (RulePublisher publisher =
                RulePublisher.open(broker.clientProperties(), names, WireCodec.withLocalSchemas(), "test", DEADLINE)) {
            TestClient admin = admin(broker.clientProperties());
            publisher.publish(BundleDraft.upserting(List.of(TestRules.virtualService("a", "a.test"))));
            await().atMost(DEADLINE)
                    .until(() ->
                            admin.get("admin", "/stats/prometheus").text().contains("weft_rules_applied_revision 1.0"));
            try (TestClient visitor = proxy.client()) {
                assertThat(visitor.get("app.test", "/").status()).isEqualTo(200);
            }
            proxy.log().await(1);

            String label = "{cluster_name=\"" + Snapshots.name("v1") + "\"} ";
            assertThat(admin.get("admin", "/stats/prometheus").text().lines())
                    .contains("weft_rules_connected 1.0", "weft_rules_rejected 0.0")
                    .contains("weft_bundle_apply_seconds_bucket{le=\"10.0\"} 1", "weft_bundle_apply_seconds_count 1")
                    .anyMatch(line -> line.matches("weft_rules_applied_offset [1-9][0-9.]*"))
                    .contains("envoy_cluster_upstream_cx_total" + label + "1.0")
                    .contains("envoy_cluster_upstream_cx_active" + label + "1.0")
                    .contains("envoy_cluster_upstream_cx_connect_fail" + label + "0.0")
                    .contains("envoy_cluster_upstream_rq_active" + label + "0.0")
                    .contains("envoy_cluster_membership_total" + label + "1.0")
                    .contains("envoy_cluster_membership_healthy" + label + "1.0");
            assertThat(admin.get("admin", "/ready").status()).isEqualTo(200);
            assertThat(admin.get("admin", "/ready").text()).isEqualTo("LIVE\n");
            assertThat(new ObjectMapper()
                            .readTree(admin.get("admin", "/server_info").body())
                            .get("revision")
                            .asLong())
                    .isEqualTo(1);
        }
    }

    @Test
    void failedConnectionsAreCountedAndGaugesReturnToZero() throws IOException {
        TestClient admin = admin(NO_KAFKA);
        upstream.close();
        try (TestClient visitor = proxy.client()) {
            assertThat(visitor.get("app.test", "/").status()).isEqualTo(503);
        }
        String label = "{cluster_name=\"" + Snapshots.name("v1") + "\"} ";
        assertThat(admin.get("admin", "/stats/prometheus").text().lines())
                .contains("envoy_cluster_upstream_cx_total" + label + "1.0")
                .contains("envoy_cluster_upstream_cx_connect_fail" + label + "1.0")
                .contains("envoy_cluster_upstream_cx_active" + label + "0.0")
                .contains("envoy_cluster_upstream_rq_active" + label + "0.0");
    }

    @Test
    void pagesThatChangeSomethingRefuseGet() throws IOException {
        TestClient admin = admin(NO_KAFKA);
        for (String path : List.of("/logging?level=info", "/drain_listeners", "/quitquitquit")) {
            assertThat(admin.get("admin", path).status()).as(path).isEqualTo(405);
        }
        assertThat(quits).hasValue(0);
        assertThat(proxy.server().dataPlane().isDraining()).isFalse();
        assertThat(admin.post("admin", "/logging?level=loud", "").status()).isEqualTo(400);
        assertThat(admin.post("admin", "/quitquitquit", "").status()).isEqualTo(200);
        assertThat(quits).hasValue(1);
    }

    @Test
    void drainedListenersTakeNoConnectionAndTheProxyIsNotReady() throws IOException {
        TestClient admin = admin(NO_KAFKA);
        int port = proxy.port();
        assertThat(admin.post("admin", "/drain_listeners", "").status()).isEqualTo(200);
        assertThat(admin.get("admin", "/ready").text()).isEqualTo("DRAINING\n");
        await().atMost(DEADLINE)
                .untilAsserted(() ->
                        assertThatThrownBy(() -> new TestClient(port).close()).isInstanceOf(IOException.class));
    }
}
