package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.proxy.testing.Snapshots.GATEWAY;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.host;
import static weft.proxy.testing.Snapshots.name;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.Unhealthy;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.OutlierDetection;
import weft.routing.cluster.RetryBudget;
import weft.routing.cluster.TcpKeepalive;

/** What is known of endpoints stays when settings change that it does not depend on; connections are made anew alone. */
@Timeout(60)
class CarriedOverStateTest {
    private static final long MANY = 1_000;
    private static final String ERROR = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
    private static final OutlierDetection TWO = ejecting(2);

    private static final HealthCheck CHECK = new HealthCheck(
            new HealthProbe.Http("GET", "/healthz", "app.test", List.of(StatusRange.OK), List.of(), Map.of()),
            50,
            2_000,
            2,
            2,
            0,
            false);

    /** Each differs from the one before in a field, the last from the first. */
    private static final List<ConnectionPoolSettings> POOLS = List.of(
            ConnectionPoolSettings.DEFAULT,
            pool(MANY, 10_000, MANY, MANY, 0, 3_600_000, 0, null, null),
            pool(MANY, 9_000, MANY, MANY, 0, 3_600_000, 0, null, null),
            pool(MANY, 9_000, MANY - 1, MANY, 0, 3_600_000, 0, null, null),
            pool(MANY, 9_000, MANY - 1, MANY - 1, 0, 3_600_000, 0, null, null),
            pool(MANY, 9_000, MANY - 1, MANY - 1, 3, 3_600_000, 0, null, null),
            pool(MANY, 9_000, MANY - 1, MANY - 1, 3, 60_000, 0, null, null),
            pool(MANY, 9_000, MANY - 1, MANY - 1, 3, 60_000, 30_000, null, null),
            pool(MANY, 9_000, MANY - 1, MANY - 1, 3, 60_000, 30_000, new TcpKeepalive(3, 60, 10), null),
            pool(MANY, 9_000, MANY - 1, MANY - 1, 3, 60_000, 30_000, null, new RetryBudget(20, 3, 0)));

    private static ConnectionPoolSettings pool(
            long connections,
            long connectMillis,
            long pending,
            long requests,
            long perConnection,
            long idleMillis,
            long ageMillis,
            @Nullable TcpKeepalive keepalive,
            @Nullable RetryBudget budget) {
        return new ConnectionPoolSettings(
                connections,
                connectMillis,
                pending,
                requests,
                perConnection,
                MANY,
                idleMillis,
                ageMillis,
                keepalive,
                budget);
    }

    private static ConnectionPoolSettings limits(long connections, long pending, long requests) {
        return new ConnectionPoolSettings(connections, 5_000, pending, requests, 0, MANY, 60_000, 0);
    }

    private static OutlierDetection ejecting(int consecutive5xx) {
        return new OutlierDetection(consecutive5xx, 0, false, 5, 600_000, 600_000, 100, Set.of());
    }

    private static Cluster made(
            ConnectionPoolSettings pool, @Nullable OutlierDetection outliers, Endpoint... endpoints) {
        Cluster plain = cluster("v1", pool, endpoints);
        return new Cluster(
                plain.name(),
                plain.service(),
                plain.namespace(),
                plain.port(),
                plain.subset(),
                plain.discovery(),
                plain.endpoints(),
                new LoadBalancing(Cluster.LbPolicy.ROUND_ROBIN, 0),
                pool,
                outliers,
                CHECK);
    }

    private static Endpoint labelled(TestUpstream upstream, int version) {
        return new Endpoint(
                "127.0.0.1", upstream.port(), 1 + version % 3, Map.of("version", "v" + version), "eu/west", "");
    }

    private static void install(TestProxy proxy, long revision, Cluster cluster) {
        proxy.server()
                .installer()
                .install(Snapshots.of(GATEWAY, revision, host(Action.to("v1").forward()), cluster));
    }

    private static ClusterRuntime runtime(TestProxy proxy) {
        return Objects.requireNonNull(
                proxy.server().dataPlane().serving().clusters().get(name("v1")));
    }

    private static EndpointState state(TestProxy proxy, TestUpstream upstream) {
        return runtime(proxy).endpoints().stream()
                .filter(state -> state.address().getPort() == upstream.port())
                .findFirst()
                .orElseThrow();
    }

    /** Passes its health check, whatever it answers else. */
    private static TestUpstream passing(TestUpstream.Answer answer) throws IOException {
        return TestUpstream.answering(
                request -> request.target().equals("/healthz") ? TestUpstream.ok("") : answer.to(request));
    }

    @Test
    void marksLoadAndCountsOutliveEveryPoolSettingUnderLoad() throws Exception {
        CountDownLatch isOver = new CountDownLatch(1);
        try (TestUpstream failing = TestUpstream.answering(request -> ERROR);
                TestUpstream slow = passing(request -> {
                    if (request.target().equals("/slow")) {
                        awaitQuietly(isOver);
                    }
                    return TestUpstream.ok("slow");
                });
                TestUpstream ejected = TestUpstream.answering(request -> ERROR);
                TestUpstream well = passing(request -> TestUpstream.ok("well"));
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"),
                        made(
                                POOLS.get(0),
                                TWO,
                                failing.endpoint(),
                                slow.endpoint(),
                                ejected.endpoint(),
                                well.endpoint())));
                TestClient waiting = proxy.client()) {
            await().until(() -> state(proxy, failing).is(Unhealthy.FAILED_CHECK));
            state(proxy, ejected).failed();
            state(proxy, ejected).failed();
            assertThat(state(proxy, ejected).is(Unhealthy.EJECTED)).isTrue();
            while (slow.requests().stream()
                    .noneMatch(request -> request.target().equals("/slow"))) {
                waiting.send("GET /slow HTTP/1.1\r\nhost: app.test\r\n\r\n");
                int asked = slow.requests().size();
                await().until(() ->
                        slow.requests().size() > asked || waiting.in().available() > 0);
                if (waiting.in().available() > 0) {
                    waiting.receive();
                }
            }
            List<EndpointState> before = runtime(proxy).endpoints();

            try (Load load = new Load(proxy)) {
                for (int i = 1; i <= 3 * POOLS.size(); i++) {
                    load.awaitMore(20);
                    long connects = runtime(proxy).connections().total();
                    install(
                            proxy,
                            1 + i,
                            made(
                                    POOLS.get(i % POOLS.size()),
                                    TWO,
                                    labelled(failing, i),
                                    labelled(slow, i),
                                    labelled(ejected, i),
                                    labelled(well, i)));
                    assertThat(runtime(proxy).endpoints())
                            .as("the same ones, with their age and turns")
                            .isEqualTo(before);
                    assertThat(state(proxy, failing).is(Unhealthy.FAILED_CHECK)).isTrue();
                    assertThat(state(proxy, ejected).is(Unhealthy.EJECTED)).isTrue();
                    assertThat(state(proxy, slow).activeRequests()).isPositive();
                    assertThat(runtime(proxy).connections().total()).isGreaterThanOrEqualTo(connects);
                }
                load.awaitMore(20);
                assertThat(load.failures()).isEmpty();
            }
            isOver.countDown();
            assertThat(waiting.receive().text()).as("on its first connection").isEqualTo("slow");
            assertThat(proxy.log().all())
                    .extracting(request ->
                            Objects.requireNonNull(request.endpoint()).port())
                    .containsOnly(slow.port(), well.port());
            await().until(() -> state(proxy, slow).activeRequests() == 0);
            await().untilAsserted(() ->
                    assertThat(runtime(proxy).connections().active()).isLessThanOrEqualTo(2 * Load.CLIENTS));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noRequestFailsAndHealthStaysWhileOutlierSettingsAndSubsetsChange() throws Exception {
        try (TestUpstream failing = TestUpstream.answering(request -> ERROR);
                TestUpstream first = passing(request -> TestUpstream.ok("first"));
                TestUpstream second = passing(request -> TestUpstream.ok("second"));
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"),
                        made(POOLS.get(0), TWO, failing.endpoint(), first.endpoint(), second.endpoint())))) {
            await().until(() -> state(proxy, failing).is(Unhealthy.FAILED_CHECK));
            EndpointState kept = state(proxy, first);
            try (Load load = new Load(proxy)) {
                for (int i = 1; i <= 30; i++) {
                    load.awaitMore(20);
                    OutlierDetection outliers = i % 3 == 0 ? null : ejecting(1 + i);
                    Endpoint[] subset = i % 2 == 0
                            ? new Endpoint[] {failing.endpoint(), first.endpoint(), second.endpoint()}
                            : new Endpoint[] {failing.endpoint(), first.endpoint()};
                    install(proxy, 1 + i, made(POOLS.get(i % 2), outliers, subset));
                    assertThat(state(proxy, failing).is(Unhealthy.FAILED_CHECK)).isTrue();
                    assertThat(state(proxy, first)).isSameAs(kept);
                }
                assertThat(load.failures()).isEmpty();
            }
        }
    }

    @Test
    void whatIsInFlightCountsAgainstALowerLimit() throws IOException {
        try (TestUpstream silent = silent();
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), cluster("v1", limits(MANY, MANY, 5), silent.endpoint())));
                TestClient first = proxy.client();
                TestClient second = proxy.client()) {
            first.send("GET /first HTTP/1.1\r\nhost: app.test\r\n\r\n");
            await().until(() -> silent.requests().size() == 1);
            install(proxy, 2, cluster("v1", limits(MANY, MANY, 1), silent.endpoint()));
            HttpMessage refused = second.get("app.test", "/second");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.field("x-envoy-overloaded")).isEqualTo("true");
            first.close();
            proxy.log().await(2);
            second.send("GET /third HTTP/1.1\r\nhost: app.test\r\n\r\n");
            await().until(() -> silent.requests().size() == 2);
        }
    }

    @Test
    void whoWaitsForAConnectionGetsOneWhenMoreAreAllowed() throws IOException {
        try (TestUpstream silent = silent();
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), cluster("v1", limits(1, MANY, MANY), silent.endpoint())), 1);
                TestClient first = proxy.client();
                TestClient second = proxy.client()) {
            first.send("GET /first HTTP/1.1\r\nhost: app.test\r\n\r\n");
            await().until(() -> silent.requests().size() == 1);
            second.send("GET /second HTTP/1.1\r\nhost: app.test\r\n\r\n");
            await().until(() -> proxy.server().dataPlane().activeRequests() == 2);
            assertThat(silent.connections()).isOne();
            install(proxy, 2, cluster("v1", limits(2, MANY, MANY), silent.endpoint()));
            await().until(() -> silent.requests().size() == 2);
            assertThat(silent.connections()).isEqualTo(2);
        }
    }

    @Test
    void onlySettingsOfConnectionsMakeThemAnew() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), cluster("v1", limits(MANY, MANY, MANY), upstream.endpoint())), 1);
                TestClient client = proxy.client()) {
            client.get("app.test", "/");
            install(proxy, 2, cluster("v1", limits(MANY, MANY - 1, MANY - 1), upstream.endpoint()));
            client.get("app.test", "/");
            assertThat(upstream.connections()).isOne();
            install(proxy, 3, cluster("v1", limits(MANY - 1, MANY - 1, MANY - 1), upstream.endpoint()));
            await().until(() -> upstream.openConnections() == 0);
            client.get("app.test", "/");
            assertThat(upstream.connections()).isEqualTo(2);
        }
    }

    private static TestUpstream silent() throws IOException {
        return TestUpstream.serving((self, socket) -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (self.receive(in) != null) {}
        });
    }

    /** Clients that ask all the time, and note what is not 200. Closed when all have left. */
    private static final class Load implements AutoCloseable {
        static final int CLIENTS = 4;

        private final TestProxy proxy;
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();

        Load(TestProxy proxy) {
            this.proxy = proxy;
            for (int i = 0; i < CLIENTS; i++) {
                Thread thread = new Thread(this::ask, "client-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void ask() {
            try (TestClient client = proxy.client()) {
                while (!isOver.get()) {
                    HttpMessage response = client.get("app.test", "/");
                    if (response.status() != 200) {
                        failures.add(response.startLine() + " " + response.text());
                    }
                }
            } catch (IOException e) {
                failures.add(e.toString());
            }
        }

        void awaitMore(int requests) {
            proxy.log().await(proxy.log().all().size() + requests);
        }

        Queue<String> failures() {
            return failures;
        }

        @Override
        public void close() throws InterruptedException {
            isOver.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
