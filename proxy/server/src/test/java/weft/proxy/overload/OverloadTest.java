package weft.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import weft.proxy.admin.AdminServer;
import weft.proxy.admin.ProxyPages;
import weft.proxy.tcp.TcpConnections;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.http.ResponseFlag;

/** Bounds of the whole proxy over real sockets: what is turned away, what is not, and that it ends. */
class OverloadTest {
    private static final int UNBOUNDED = Integer.MAX_VALUE;
    private static final double NEVER = 2;

    private static TestProxy proxy(TestUpstream upstream, OverloadLimits limits) {
        return proxy(upstream, new Overload(limits));
    }

    private static TestProxy proxy(TestUpstream upstream, Overload overload) {
        return new TestProxy(
                forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())),
                2,
                TcpConnections.HELLO_TIMEOUT_MILLIS,
                overload);
    }

    private static void assertShed(HttpMessage answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).isEqualTo("envoy overloaded");
        assertThat(answer.field("connection")).isEqualTo("close");
    }

    private static void assertShed(FinishedRequest logged) {
        assertThat(logged.responseCode()).isEqualTo(503);
        assertThat(logged.flags()).containsExactly(ResponseFlag.OVERLOAD_MANAGER);
        assertThat(logged.details()).isEqualTo("overload");
    }

    @Test
    void connectionAboveTheBoundIsClosedAtOnceAndLaterOnesAreServed() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(upstream, new OverloadLimits(10, UNBOUNDED, NEVER))) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(proxy.client());
                HttpMessage answer = clients.get(i).get("app.test", "/");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.field("connection")).isNotEqualTo("close");
            }
            clients.add(proxy.client());
            clients.add(proxy.client());
            await().until(() -> proxy.server().connectionCount() == 10);
            try (TestClient tooMany = proxy.client()) {
                assertThat(isTurnedAway(tooMany)).isTrue();
            }
            assertThat(proxy.server().overload().stats()).containsEntry("listener.downstream_global_cx_overflow", 1L);
            HttpMessage last = clients.get(0).get("app.test", "/");
            assertThat(last.status()).as("who is connected is served").isEqualTo(200);
            assertThat(last.field("connection"))
                    .as("near the bound no connection is kept")
                    .isEqualTo("close");
            for (TestClient client : clients) {
                client.close();
            }
            await().until(() -> proxy.server().connectionCount() == 0);
            try (TestClient next = proxy.client()) {
                assertThat(next.get("app.test", "/").status()).isEqualTo(200);
            }
        }
    }

    /** Closed, or reset as what it sent was not read. */
    private static boolean isTurnedAway(TestClient client) {
        try {
            return client.isClosedByPeer();
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void requestAboveTheBoundGets503OMUntilOthersHaveEnded() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    while (self.receive(socket.getInputStream()) != null) {
                        answer.await(10, TimeUnit.SECONDS);
                        socket.getOutputStream().write(TestUpstream.ok("late").getBytes(StandardCharsets.ISO_8859_1));
                    }
                });
                TestProxy proxy = proxy(upstream, new OverloadLimits(UNBOUNDED, 2, NEVER));
                TestClient first = proxy.client();
                TestClient second = proxy.client();
                TestClient third = proxy.client()) {
            first.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            second.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            await().until(() -> upstream.requests().size() == 2);
            assertShed(third.post("app.test", "/", "a body that nobody wants"));
            assertShed(proxy.log().only());
            answer.countDown();
            assertThat(first.receive().text()).isEqualTo("late");
            assertThat(second.receive().text()).isEqualTo("late");
            await().until(() -> proxy.server().dataPlane().activeRequests() == 0);
            try (TestClient next = proxy.client()) {
                assertThat(next.get("app.test", "/").status()).isEqualTo(200);
            }
            assertThat(upstream.requests()).hasSize(3);
            assertThat(proxy.server().overload().stats()).containsEntry("http.downstream_rq_overload_close", 1L);
        }
    }

    @Test
    void shortMemoryTurnsRequestsAwayWhileAdminAndReadinessGoOn() throws Exception {
        double[] used = {0.5};
        OverloadLimits limits = new OverloadLimits(UNBOUNDED, UNBOUNDED, 0.95);
        Overload overload = new Overload(limits);
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(upstream, overload);
                AdminServer admin = new AdminServer();
                MemoryWatch watch = MemoryWatch.start(overload, () -> used[0], limits)) {
            assertThat(watch).isNotNull();
            InetSocketAddress address =
                    admin.serve(new InetSocketAddress("127.0.0.1", 0), new ProxyPages(proxy.server()).all());
            try (TestClient client = proxy.client()) {
                assertThat(client.get("app.test", "/").status()).isEqualTo(200);
                used[0] = 0.9;
                await().until(() -> "close".equals(answer(proxy).field("connection")));
                used[0] = 0.97;
                await().until(() -> answer(proxy).status() == 503);
                assertShed(client.post("app.test", "/", "body"));
                // Requests on other connections may be logged only after their answers were read.
                await().until(() -> logged(proxy, "POST").size() == 1);
                assertShed(logged(proxy, "POST").get(0));
            }
            assertThat(page(address, "/stats")).contains("overload.memory.pressure: 97");
            used[0] = 0.5;
            await().until(() -> answer(proxy).status() == 200);
            assertThat(answer(proxy).field("connection")).isNotEqualTo("close");
        }
    }

    @Test
    void shortMemoryTurnsAwayConnectionsThatCarryNoRequests() throws IOException {
        OverloadLimits limits = new OverloadLimits(UNBOUNDED, UNBOUNDED, 0.95);
        Overload overload = new Overload(limits);
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(
                        TcpSnapshots.relaying(cluster("v1", upstream.endpoint())),
                        2,
                        TcpConnections.HELLO_TIMEOUT_MILLIS,
                        overload)) {
            try (TestClient client = proxy.client()) {
                assertThat(client.get("app.test", "/").text()).isEqualTo("hello");
            }
            overload.memory(0.96);
            try (TestClient client = proxy.client()) {
                assertThat(isTurnedAway(client)).isTrue();
            }
            overload.memory(0.5);
            assertThat(answer(proxy).text()).isEqualTo("hello");
            assertThat(overload.stats()).containsEntry("listener.downstream_cx_overload_reject", 1L);
        }
    }

    private static List<FinishedRequest> logged(TestProxy proxy, String method) {
        return proxy.log().all().stream()
                .filter(request -> request.method().equals(method))
                .toList();
    }

    private static HttpMessage answer(TestProxy proxy) throws IOException {
        try (TestClient client = proxy.client()) {
            return client.get("app.test", "/");
        }
    }

    private static String page(InetSocketAddress admin, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + admin.getPort() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void whatIsKeptOnTheHeapCountsAndGarbageDoesNot() {
        JvmMemory memory = new JvmMemory(System::nanoTime);
        System.gc();
        double before = memory.used();
        long made = 0;
        for (int i = 0; i < 64 << 10; i++) {
            made += new byte[1 << 10].length; // garbage, collected or not
        }
        assertThat(memory.used()).as("after %d bytes of garbage", made).isLessThan(before + 0.05);
        byte[][] kept = new byte[64][];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = new byte[1 << 20];
        }
        System.gc();
        double share = 64.0 * (1 << 20) / Runtime.getRuntime().maxMemory();
        assertThat(memory.used()).isBetween(Math.max(before, share) * 0.9, 1.0);
        assertThat(kept[63]).hasSize(1 << 20);
    }

    @Test
    void boundLeavesFilesForUpstreamsAndForEverythingElse() {
        assertThat(OverloadLimits.defaultConnections(1_024)).isEqualTo(384);
        assertThat(OverloadLimits.defaultConnections(1_048_576)).isEqualTo(524_160);
        assertThat(OverloadLimits.defaultConnections(64)).isEqualTo(128);
        assertThat(OverloadLimits.defaultConnections(Long.MAX_VALUE)).isEqualTo(1_000_000);
        assertThat(OverloadLimits.defaultConnections(0)).isEqualTo(16_384);
    }
}
