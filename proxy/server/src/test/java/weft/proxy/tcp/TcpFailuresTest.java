package weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.proxy.tcp.TcpRelayTest.connect;
import static weft.proxy.tcp.TcpRelayTest.echo;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.TcpSnapshots.relaying;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.telemetry.FinishedConnection;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChainMatch;

/** Relayed connections that fail: what the client sees, what the upstream sees, and the access log. */
@Timeout(120)
class TcpFailuresTest {
    private static final ConnectionPoolSettings ONE_CONNECTION =
            new ConnectionPoolSettings(1, 1_000, 100, 100, 0, 100, 60_000, 0);

    @Test
    void refusedConnectionClosesWithUF() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (TestProxy proxy = new TestProxy(relaying(cluster("v1", Snapshots.endpoint(free))));
                Socket client = connect(proxy)) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            FinishedConnection logged = proxy.log().onlyConnection();
            assertThat(ResponseFlag.joined(logged.flags())).isEqualTo("UF,URX");
            assertThat(logged.upstreamFailure()).isEqualTo("delayed connect error: Connection refused");
            assertThat(logged.endpoint()).isEqualTo(Snapshots.endpoint(free));
        }
    }

    @Test
    void clusterWithoutEndpointsClosesWithUH() throws IOException {
        try (TestProxy proxy = new TestProxy(relaying(cluster("v1")));
                Socket client = connect(proxy)) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            FinishedConnection logged = proxy.log().onlyConnection();
            assertThat(logged.flags()).containsExactly(ResponseFlag.NO_HEALTHY_UPSTREAM);
            assertThat(logged.endpoint()).isNull();
            assertThat(logged.attempts()).isZero();
        }
    }

    @Test
    void missingClusterClosesWithNC() throws IOException {
        try (TestProxy proxy = new TestProxy(relaying());
                Socket client = connect(proxy)) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            FinishedConnection logged = proxy.log().onlyConnection();
            assertThat(logged.flags()).containsExactly(ResponseFlag.NO_CLUSTER_FOUND);
            assertThat(logged.clusterName()).isEqualTo(Snapshots.name("v1"));
        }
    }

    @Test
    void oneConnectionTooManyClosesWithUOAndTheNextMayCome() throws IOException {
        try (TestUpstream upstream = echo();
                TestProxy proxy = new TestProxy(relaying(cluster("v1", ONE_CONNECTION, upstream.endpoint())))) {
            try (Socket first = connect(proxy)) {
                first.getOutputStream().write('a');
                assertThat(first.getInputStream().read()).isEqualTo('a');
                try (Socket second = connect(proxy)) {
                    assertThat(second.getInputStream().read()).isEqualTo(-1);
                }
                assertThat(proxy.log().onlyConnection().flags()).containsExactly(ResponseFlag.UPSTREAM_OVERFLOW);
            }
            proxy.log().awaitConnections(2);
            try (Socket third = connect(proxy)) {
                third.getOutputStream().write('b');
                assertThat(third.getInputStream().read()).isEqualTo('b');
            }
        }
    }

    @Test
    void connectionWithoutTrafficEndsAfterTheIdleTimeout() throws IOException {
        try (TestUpstream upstream = echo();
                TestProxy proxy = new TestProxy(TcpSnapshots.of(
                        1,
                        List.of(new FilterChain(
                                "idle", FilterChainMatch.ANY, null, TcpSnapshots.to(300, Snapshots.to("v1", 1)))),
                        cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            long begin = System.nanoTime();
            // traffic puts the end off
            for (int i = 0; i < 4; i++) {
                Awaitility.await().pollDelay(Duration.ofMillis(150)).until(() -> true);
                client.getOutputStream().write(i);
                assertThat(client.getInputStream().read()).isEqualTo(i);
            }
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(System.nanoTime() - begin).isGreaterThan(800_000_000L);
            FinishedConnection logged = proxy.log().onlyConnection();
            assertThat(logged.termination()).isEqualTo("tcp_session_idle_timeout");
            assertThat(logged.flags()).isEmpty();
            assertThat(logged.bytesSent()).isEqualTo(4);
        }
    }

    @Test
    void connectionInUseEndsAtItsGreatestAge() throws IOException {
        try (TestUpstream upstream = echo();
                TestProxy proxy = new TestProxy(TcpSnapshots.of(
                        1,
                        List.of(new FilterChain(
                                "aging", FilterChainMatch.ANY, null, TcpSnapshots.to(0, 300, Snapshots.to("v1", 1)))),
                        cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            long begin = System.nanoTime();
            while (isEchoed(client, 'x')) {}
            assertThat(System.nanoTime() - begin).isGreaterThan(250_000_000L);
            FinishedConnection logged = proxy.log().onlyConnection();
            assertThat(logged.flags()).containsExactly(ResponseFlag.DURATION_TIMEOUT);
            assertThat(logged.termination()).isEqualTo("max_connection_duration");
            Awaitility.await().until(() -> upstream.openConnections() == 0);
        }
    }

    /** False once the connection has ended, whichever side found out first. */
    private static boolean isEchoed(Socket client, int octet) throws IOException {
        try {
            client.getOutputStream().write(octet);
            return client.getInputStream().read() == octet;
        } catch (SocketException e) {
            return false;
        }
    }

    @Test
    void resetByTheUpstreamReachesTheClientAsAReset() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    socket.getInputStream().read();
                    socket.setSoLinger(true, 0);
                });
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            client.getOutputStream().write('x');
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThat(proxy.log().onlyConnection().flags()).containsExactly(ResponseFlag.UPSTREAM_REMOTE_RESET);
        }
    }

    @Test
    void resetByTheClientReachesTheUpstreamAsAReset() throws Exception {
        CountDownLatch reset = new CountDownLatch(1);
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    OutputStream out = socket.getOutputStream();
                    try {
                        out.write(socket.getInputStream().read());
                        socket.getInputStream().read();
                    } catch (SocketException e) {
                        reset.countDown();
                    }
                });
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("x");
            assertThat(client.in().read()).isEqualTo('x');
            client.abort();
            reset.await();
            assertThat(proxy.log().onlyConnection().flags()).containsExactly(ResponseFlag.DOWNSTREAM_REMOTE_RESET);
        }
    }

    /**
     * The end of one direction, then a reset, of which the system tells only who writes: the loop must not spin meanwhile,
     * and the next byte of the upstream must end it (CVE-2026-42577 of the transport).
     */
    @Test
    void resetAfterTheEndOfOneDirectionEndsWithTheNextByte() throws Exception {
        CountDownLatch isReset = new CountDownLatch(1);
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(new byte[1_024]);
                    isReset.await();
                    while (true) {
                        socket.getOutputStream().write(1);
                        Thread.sleep(10);
                    }
                });
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            client.shutdownOutput();
            assertThat(client.getInputStream().readNBytes(1_024)).hasSize(1_024);
            client.setSoLinger(true, 0);
            client.close();

            long before = workerCpuNanos();
            Thread.sleep(500);
            assertThat(workerCpuNanos() - before).isLessThan(250_000_000L);
            isReset.countDown();
            assertThat(proxy.log().onlyConnection().flags()).containsExactly(ResponseFlag.DOWNSTREAM_REMOTE_RESET);
            Awaitility.await().until(() -> proxy.server().connectionCount() == 0 && upstream.openConnections() == 0);
        }
    }

    /** What was read of the client cannot leave any more; whatever ends that wait, the connection is told of once. */
    @Test
    void resetWhileTheUpstreamStallsIsLoggedOnce() throws Exception {
        CountDownLatch isOver = new CountDownLatch(1);
        AtomicLong sent = new AtomicLong();
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> isOver.await());
                TestProxy proxy = new TestProxy(TcpSnapshots.of(
                        1,
                        List.of(new FilterChain(
                                "idle", FilterChainMatch.ANY, null, TcpSnapshots.to(3_000, Snapshots.to("v1", 1)))),
                        cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            Thread writer = new Thread(() -> writeUntilClosed(client, sent));
            writer.start();
            Awaitility.await().until(() -> {
                long before = sent.get();
                Thread.sleep(300);
                return before > 0 && sent.get() == before;
            });
            client.setSoLinger(true, 0);
            client.close();
            writer.join();

            proxy.log().awaitConnections(1);
            Awaitility.await().until(() -> proxy.server().connectionCount() == 0);
            try (Socket next = connect(proxy)) {
                next.shutdownOutput();
                isOver.countDown();
                assertThat(next.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(proxy.log().awaitConnections(2))
                    .filteredOn(logged -> logged.flags().contains(ResponseFlag.DOWNSTREAM_REMOTE_RESET))
                    .hasSize(1);
        }
    }

    private static void writeUntilClosed(Socket client, AtomicLong sent) {
        byte[] block = new byte[16 * 1024];
        try {
            while (true) {
                client.getOutputStream().write(block);
                sent.addAndGet(block.length);
            }
        } catch (IOException e) {
            assertThat(client.isClosed()).isTrue();
        }
    }

    private static long workerCpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("worker")) {
                sum += threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        return sum;
    }
}
