package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.host;
import static weft.proxy.testing.Snapshots.name;
import static weft.proxy.testing.Snapshots.watched;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.Unhealthy;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.OutlierDetection;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;
import weft.routing.snapshot.ProxySnapshot;

/** Endpoints that are well, sick, slow or gone, as probes find them and as clients feel it. */
class HealthCheckerTest {
    private static final HealthProbe HTTP = new HealthProbe.Http(
            "GET",
            "/healthz",
            "app.test",
            List.of(StatusRange.OK),
            List.of(new StatusRange(503, 503)),
            Map.of("x-probe", "yes"));
    private static final HealthProbe TCP = new HealthProbe.Tcp("", List.of());
    private static final String SICK = "HTTP/1.1 500 Sick\r\ncontent-length: 0\r\n\r\n";
    private static final String BUSY = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";

    private static HealthCheck every(int intervalMillis, HealthProbe probe) {
        return new HealthCheck(probe, intervalMillis, 10_000, 2, 2, 0, false);
    }

    private static HealthCheck impatient() {
        return new HealthCheck(HTTP, 20, 500, 2, 2, 0, false);
    }

    private static Cluster checked(@Nullable HealthCheck check, Endpoint... endpoints) {
        return checked("v1", check, endpoints);
    }

    private static Cluster checked(String subset, @Nullable HealthCheck check, Endpoint... endpoints) {
        Cluster plain = cluster(subset, endpoints);
        return new Cluster(
                plain.name(),
                plain.service(),
                plain.namespace(),
                plain.port(),
                plain.subset(),
                plain.discovery(),
                plain.endpoints(),
                new LoadBalancing(Cluster.LbPolicy.ROUND_ROBIN, 0),
                plain.connectionPool(),
                plain.outlierDetection(),
                check);
    }

    private static ProxySnapshot rules(long revision, Cluster... clusters) {
        return Snapshots.of(Snapshots.GATEWAY, revision, host(Action.to("v1").forward()), clusters);
    }

    private static EndpointState endpoint(TestProxy proxy, Endpoint wanted) {
        return Objects.requireNonNull(
                        proxy.server().dataPlane().serving().clusters().get(name("v1")))
                .endpoints()
                .stream()
                .filter(state -> state.address().getPort() == wanted.port())
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFailed(TestProxy proxy, Endpoint endpoint) {
        return endpoint(proxy, endpoint).is(Unhealthy.FAILED_CHECK);
    }

    private static Set<String> answers(TestProxy proxy) throws IOException {
        Set<String> answers = new TreeSet<>();
        try (TestClient client = proxy.client()) {
            for (int i = 0; i < 12; i++) {
                answers.add(client.get("app.test", "/").text());
            }
        }
        return answers;
    }

    private static Endpoint refusing() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Snapshots.endpoint(socket.getLocalPort());
        }
    }

    /** Answers requests with its name, and probes with whatever the test says at that moment. */
    private static TestUpstream probed(String name, AtomicReference<String> health) throws IOException {
        return TestUpstream.answering(request ->
                request.target().equals("/healthz") ? Objects.requireNonNull(health.get()) : TestUpstream.ok(name));
    }

    private static AtomicReference<String> health(String answer) {
        return new AtomicReference<>(answer);
    }

    private static long probes(TestUpstream upstream) {
        return upstream.requests().stream()
                .filter(request -> request.target().equals("/healthz"))
                .count();
    }

    @Test
    void probeThatPassesEndsAnEjection() throws IOException {
        AtomicReference<String> health = health(TestUpstream.ok(""));
        AtomicReference<String> answer = health(SICK);
        OutlierDetection forTenMinutes = new OutlierDetection(2, 0, false, 5, 60_000, 600_000, 100, Set.of());
        try (TestUpstream upstream = TestUpstream.answering(request ->
                        Objects.requireNonNull(request.target().equals("/healthz") ? health.get() : answer.get()));
                TestProxy proxy = new TestProxy(rules(
                        1, watched(checked(every(100, HTTP), upstream.endpoint()), forTenMinutes)));
                TestClient client = proxy.client()) {
            EndpointState endpoint = endpoint(proxy, upstream.endpoint());
            while (endpoint.errors() < 2) {
                client.get("app.test", "/");
            }
            answer.set(TestUpstream.ok("well"));
            await().until(() -> client.get("app.test", "/").status() == 200);
            assertThat(endpoint.is(Unhealthy.EJECTED)).isFalse();
        }
    }

    @Test
    void theRulesServeOnceNewEndpointsWereProbedAndThoseThatFailAreNotPicked() throws IOException {
        Endpoint gone = refusing();
        try (TestUpstream a = probed("a", health(TestUpstream.ok("")));
                TestUpstream sick = probed("sick", health(SICK));
                TestProxy proxy =
                        new TestProxy(rules(1, checked(every(20, HTTP), a.endpoint(), sick.endpoint(), gone)))) {
            assertThat(isFailed(proxy, a.endpoint())).isFalse();
            assertThat(isFailed(proxy, sick.endpoint())).isTrue();
            assertThat(isFailed(proxy, gone)).isTrue();
            assertThat(answers(proxy)).containsExactly("a");
        }
    }

    @Test
    void aProbeIsTheRequestTheRuleDescribesOnAConnectionThatIsKept() throws IOException {
        try (TestUpstream a = probed("a", health(TestUpstream.ok("well")));
                TestProxy proxy = new TestProxy(rules(1, checked(every(5, HTTP), a.endpoint())))) {
            await().until(() -> probes(a) >= 5);
            assertThat(a.connections()).isEqualTo(1);
            HttpMessage probe = a.lastRequest();
            assertThat(probe.method()).isEqualTo("GET");
            assertThat(probe.fieldsNamed("host")).containsExactly("app.test");
            assertThat(probe.fieldsNamed("x-probe")).containsExactly("yes");
            assertThat(probe.fieldsNamed("user-agent")).containsExactly("Weft/HC");
        }
    }

    @Test
    void aFlappingEndpointLeavesAndComesBack() throws IOException {
        AtomicReference<String> health = health(TestUpstream.ok(""));
        try (TestUpstream a = probed("a", health(TestUpstream.ok("")));
                TestUpstream b = probed("b", health);
                TestProxy proxy = new TestProxy(rules(1, checked(every(10, HTTP), a.endpoint(), b.endpoint())))) {
            for (int i = 0; i < 2; i++) {
                assertThat(answers(proxy)).containsExactly("a", "b");
                health.set(SICK);
                await().until(() -> isFailed(proxy, b.endpoint()));
                assertThat(answers(proxy)).containsExactly("a");
                health.set(TestUpstream.ok(""));
                await().until(() -> !isFailed(proxy, b.endpoint()));
            }
        }
    }

    @Test
    void aStatusThatMayBeRetriedCountsTowardsTheThreshold() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        try (TestUpstream a = TestUpstream.answering(
                        request -> answers.incrementAndGet() % 2 == 0 ? BUSY : TestUpstream.ok(""));
                TestProxy proxy = new TestProxy(rules(1, checked(every(5, HTTP), a.endpoint())))) {
            AtomicBoolean wasFailed = new AtomicBoolean();
            await().until(() -> {
                wasFailed.compareAndSet(false, isFailed(proxy, a.endpoint()));
                return probes(a) >= 12;
            });
            assertThat(wasFailed).as("one failure between two successes").isFalse();
        }
    }

    @Test
    void aStalledEndpointFailsByTimeoutAndASlowOnePasses() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger served = new AtomicInteger();
        try (TestUpstream stalled = TestUpstream.serving((upstream, socket) -> {
                    served.incrementAndGet();
                    end.await();
                });
                TestUpstream slow = TestUpstream.answering(request -> {
                    sleep(100);
                    return TestUpstream.ok("slow");
                });
                TestProxy proxy = new TestProxy(rules(1, checked(impatient(), stalled.endpoint(), slow.endpoint())))) {
            await().until(() -> served.get() >= 2);
            assertThat(isFailed(proxy, stalled.endpoint())).isTrue();
            assertThat(isFailed(proxy, slow.endpoint())).isFalse();
            assertThat(stalled.openConnections())
                    .as("connections of abandoned probes are closed")
                    .isLessThan(3);
            end.countDown();
        }
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anEndpointThatJoinsIsOutUntilItsFirstProbePasses() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        try (TestUpstream a = probed("a", health(TestUpstream.ok("")));
                TestUpstream joining = TestUpstream.answering(request -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return TestUpstream.ok("joining");
                });
                TestProxy proxy = new TestProxy(rules(1, checked(every(20, HTTP), a.endpoint())))) {
            proxy.server().installer().install(rules(2, checked(every(20, HTTP), a.endpoint(), joining.endpoint())));
            assertThat(answers(proxy)).containsExactly("a");
            release.countDown();
            await().until(() -> !isFailed(proxy, joining.endpoint()));
            assertThat(answers(proxy)).containsExactly("a", "joining");
        }
    }

    @Test
    void anEndpointThatServedGoesOnServingWhenAPolicyComesUntilItFails() throws IOException {
        try (TestUpstream stalled = TestUpstream.answering(request -> {
                    if (request.target().equals("/healthz")) {
                        sleep(2_000);
                    }
                    return TestUpstream.ok("a");
                });
                TestProxy proxy = new TestProxy(rules(1, checked(null, stalled.endpoint())))) {
            proxy.server().installer().install(rules(2, checked(impatient(), stalled.endpoint())));
            assertThat(isFailed(proxy, stalled.endpoint())).isFalse();
            assertThat(answers(proxy)).containsExactly("a");
            await().until(() -> isFailed(proxy, stalled.endpoint()));
        }
    }

    @Test
    void verdictsSurviveAChangeOfOtherRulesAndEndWithThePolicy() throws IOException {
        try (TestUpstream sick = probed("sick", health(SICK));
                TestProxy proxy = new TestProxy(rules(1, checked(every(600_000, HTTP), sick.endpoint())))) {
            await().until(() -> isFailed(proxy, sick.endpoint()));
            TestUpstream other = TestUpstream.saying("other");
            try (other) {
                proxy.server()
                        .installer()
                        .install(rules(2, checked(every(600_000, HTTP), sick.endpoint(), other.endpoint())));
                assertThat(isFailed(proxy, sick.endpoint())).isTrue();
                assertThat(probes(sick))
                        .as("the next one is due in ten minutes")
                        .isEqualTo(1);
                await().until(() -> !isFailed(proxy, other.endpoint()));

                proxy.server().installer().install(rules(3, checked(every(30, HTTP), sick.endpoint())));
                assertThat(isFailed(proxy, sick.endpoint()))
                        .as("known to be sick")
                        .isTrue();
                proxy.server().installer().install(rules(4, checked(null, sick.endpoint())));
                assertThat(isFailed(proxy, sick.endpoint())).isFalse();
                assertThat(answers(proxy)).containsExactly("sick");
                await().until(() -> sick.openConnections() <= 2);
                long probed = probes(sick);
                sleep(100);
                assertThat(probes(sick)).isEqualTo(probed);
            }
        }
    }

    @Test
    void anAddressOfSeveralClustersIsProbedOnce() throws IOException {
        try (TestUpstream a = probed("a", health(TestUpstream.ok("")));
                TestProxy proxy = new TestProxy(rules(
                        1,
                        checked("v1", every(600_000, HTTP), a.endpoint()),
                        checked("v2", every(600_000, HTTP), a.endpoint())))) {
            await().until(() -> !isFailed(proxy, a.endpoint()));
            assertThat(answers(proxy)).containsExactly("a");
            assertThat(probes(a)).isEqualTo(1);
        }
    }

    @Test
    void aConnectionIsEnoughForTcpUnlessBytesAreExpected() throws IOException {
        HealthProbe redis = new HealthProbe.Tcp("PING\r\n", List.of("PO", "NG"));
        TestUpstream.Script pong = (upstream, socket) -> {
            byte[] request = socket.getInputStream().readNBytes(6);
            socket.getOutputStream()
                    .write((request[0] == 'P' ? "+PO..NG\r\n" : "-ERR\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            Object ignored = socket.getInputStream().read();
        };
        Endpoint gone = refusing();
        try (TestUpstream plain = TestUpstream.serving(
                        (upstream, socket) -> socket.getInputStream().read());
                TestProxy proxy = new TestProxy(rules(1, checked(every(20, TCP), plain.endpoint(), gone)))) {
            assertThat(isFailed(proxy, plain.endpoint())).isFalse();
            assertThat(isFailed(proxy, gone)).isTrue();
        }
        try (TestUpstream answering = TestUpstream.serving(pong);
                TestUpstream closing = TestUpstream.serving((upstream, socket) -> {});
                TestUpstream wrong = TestUpstream.serving((upstream, socket) -> {
                    socket.getOutputStream().write("NG PO".getBytes(StandardCharsets.US_ASCII));
                    Object ignored = socket.getInputStream().readAllBytes();
                });
                TestProxy proxy = new TestProxy(rules(
                        1, checked(every(20, redis), answering.endpoint(), closing.endpoint(), wrong.endpoint())))) {
            assertThat(isFailed(proxy, answering.endpoint())).isFalse();
            assertThat(isFailed(proxy, closing.endpoint())).isTrue();
            assertThat(isFailed(proxy, wrong.endpoint())).isTrue();
        }
    }

    @Test
    void noClientSeesAnErrorWhenOneOfThreeEndpointsDies() throws Exception {
        RetryPolicy idempotent = new RetryPolicy(
                2, 0, Set.of(Condition.CONNECT_FAILURE, Condition.RESET, Condition.REFUSED_STREAM), Set.of(), 1, true);
        try (TestUpstream a = probed("a", health(TestUpstream.ok("")));
                TestUpstream b = probed("b", health(TestUpstream.ok("")));
                TestUpstream dying = probed("dying", health(TestUpstream.ok("")));
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(idempotent),
                        checked(every(20, HTTP), a.endpoint(), b.endpoint(), dying.endpoint())));
                TestClient client = proxy.client()) {
            Set<String> before = new TreeSet<>();
            for (int i = 0; i < 300; i++) {
                before.add(client.get("app.test", "/").text());
            }
            assertThat(before).containsExactly("a", "b", "dying");
            dying.close();
            for (int i = 0; i < 300; i++) {
                assertThat(client.get("app.test", "/").status()).isEqualTo(200);
            }
            await().until(() -> isFailed(proxy, dying.endpoint()));
            int logged = proxy.log().all().size();
            assertThat(answers(proxy)).containsExactly("a", "b");
            List<FinishedRequest> after = proxy.log().await(logged + 12).subList(logged, logged + 12);
            assertThat(after)
                    .allSatisfy(request -> assertThat(request.attempts()).isEqualTo(1));
        }
    }
}
