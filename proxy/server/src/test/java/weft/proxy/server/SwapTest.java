package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.GATEWAY;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.host;
import static weft.proxy.testing.Snapshots.of;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;

/** Snapshots change and the proxy ends while requests are under way. */
class SwapTest {
    private static final int REVISIONS = 200;
    private static final int REQUESTS_PER_REVISION = 3;

    @Test
    void noRequestFailsWhileSubsetsComeAndGo() throws Exception {
        try (TestUpstream even = TestUpstream.saying("even");
                TestUpstream odd = TestUpstream.saying("odd");
                TestProxy proxy = new TestProxy(forwarding(Action.to("s0"), cluster("s0", even.endpoint())))) {
            AtomicBoolean isOver = new AtomicBoolean();
            Queue<String> failures = new ConcurrentLinkedQueue<>();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(new Thread(() -> load(proxy, isOver, failures)));
            }
            clients.forEach(Thread::start);
            for (int revision = 2; revision <= REVISIONS; revision++) {
                proxy.log().await((revision - 1) * REQUESTS_PER_REVISION);
                String subset = "s" + revision;
                TestUpstream upstream = revision % 2 == 0 ? even : odd;
                proxy.server()
                        .installer()
                        .install(of(
                                GATEWAY,
                                revision,
                                host(Action.to(subset).forward()),
                                cluster(subset, upstream.endpoint())));
            }
            isOver.set(true);
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failures).isEmpty();
            List<FinishedRequest> logged = proxy.log().all();
            assertThat(logged).allSatisfy(request -> {
                long revision = request.bundleRevision() == 1 ? 0 : request.bundleRevision();
                assertThat(request.subset()).isEqualTo("s" + revision);
                assertThat(request.endpoint()).isEqualTo((revision % 2 == 0 ? even : odd).endpoint());
            });
            Awaitility.await().until(() -> even.openConnections() + odd.openConnections() <= 2 * 4);
        }
    }

    private static void load(TestProxy proxy, AtomicBoolean isOver, Queue<String> failures) {
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

    @Test
    void unchangedClusterKeepsItsConnections() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestUpstream second = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())), 1);
                TestClient client = proxy.client()) {
            client.get("app.test", "/");
            proxy.server()
                    .installer()
                    .install(of(
                            GATEWAY,
                            2,
                            host(Action.to("v1").timeout(1_000).forward()),
                            cluster("v1", upstream.endpoint(), second.endpoint())));
            client.get("app.test", "/");
            client.get("app.test", "/");
            proxy.server()
                    .installer()
                    .install(of(GATEWAY, 3, host(Action.to("v1").forward()), cluster("v1", second.endpoint())));
            client.get("app.test", "/");
            assertThat(upstream.connections()).isEqualTo(1);
            assertThat(second.connections()).isEqualTo(1);
            Awaitility.await().until(() -> upstream.openConnections() == 0);
        }
    }

    @Test
    void requestInFlightEndsByTheRulesItBeganWith() throws IOException, InterruptedException {
        try (TestUpstream slow = TestUpstream.serving((self, socket) -> {
                    self.receive(socket.getInputStream());
                    Thread.sleep(300);
                    socket.getOutputStream().write(TestUpstream.ok("old").getBytes(StandardCharsets.ISO_8859_1));
                });
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", slow.endpoint())));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> slow.requests().size() == 1);
            proxy.server()
                    .installer()
                    .install(of(GATEWAY, 2, host(Action.to("none").forward())));
            assertThat(client.receive().text()).isEqualTo("old");
            assertThat(client.get("app.test", "/").status()).isEqualTo(503);
        }
    }

    private static ProxySnapshot withoutListeners(long revision) {
        return new ProxySnapshot(new LogPosition(revision, revision), GATEWAY, List.of(), Map.of(), List.of(), "none");
    }

    @Test
    void removedListenerEndsItsConnectionsGracefully() throws IOException {
        try (TestUpstream upstream = TestUpstream.answering(request -> TestUpstream.ok("late"));
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient idle = proxy.client();
                TestClient busy = proxy.client()) {
            int port = proxy.port();
            assertThat(idle.get("app.test", "/").status()).isEqualTo(200);
            busy.send("POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: 4\r\n\r\nha");
            Awaitility.await().until(() -> proxy.server().dataPlane().activeRequests() == 1);
            proxy.server().installer().install(withoutListeners(2));
            assertThat(idle.isClosedByPeer()).isTrue();
            busy.send("lf");
            assertThat(busy.receive().text()).isEqualTo("late");
            assertThat(busy.isClosedByPeer()).isTrue();
            assertThat(proxy.server().addresses()).isEmpty();
            try (ServerSocket free = new ServerSocket()) {
                free.setReuseAddress(true);
                free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
        }
    }

    @Test
    void takenPortIsReportedAndTheRestServes() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            ProxySnapshot first = forwarding(Action.to("v1"), cluster("v1", upstream.endpoint()));
            Listener blocked = new Listener(
                    "blocked",
                    "127.0.0.1",
                    taken.getLocalPort(),
                    Listener.Direction.GATEWAY,
                    Map.of(Listener.ANY_PORT, new RouteTable(List.of())));
            List<RuleRejection> rejections = proxy.server()
                    .installer()
                    .install(new ProxySnapshot(
                            new LogPosition(2, 2),
                            GATEWAY,
                            List.of(first.listeners().get(0), blocked),
                            first.clusters(),
                            List.of(),
                            ""));
            assertThat(rejections).singleElement().satisfies(rejection -> {
                assertThat(rejection.code()).isEqualTo("bind_failed");
                assertThat(rejection.text()).contains("127.0.0.1:" + taken.getLocalPort(), "in use");
            });
            assertThat(client.get("app.test", "/").status()).isEqualTo(200);
            taken.close();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(15))
                    .until(() -> proxy.server().bindFailures().isEmpty());
            assertThat(proxy.server().addresses()).containsKey("blocked");
        }
    }

    @Test
    void drainLetsRequestsEndAndClosesIdleConnections() throws Exception {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient idle = proxy.client();
                TestClient busy = proxy.client()) {
            idle.get("app.test", "/");
            busy.send("POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: 4\r\n\r\nha");
            Awaitility.await().until(() -> proxy.server().dataPlane().activeRequests() == 1);
            Thread client = new Thread(() -> {
                try {
                    Thread.sleep(100);
                    busy.send("lf");
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            client.start();
            assertThat(proxy.server().drain(5_000)).isTrue();
            assertThat(busy.receive().field("connection")).isEqualTo("close");
            assertThat(idle.isClosedByPeer()).isTrue();
            client.join();
        }
    }

    @Test
    void drainGivesUpAtItsBound() throws Exception {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    self.receive(socket.getInputStream());
                    self.receive(socket.getInputStream());
                });
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> upstream.requests().size() == 1);
            assertThat(proxy.server().drain(200)).isFalse();
        }
    }
}
