package weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.TcpSnapshots.plain;
import static weft.proxy.testing.TcpSnapshots.relaying;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.telemetry.FinishedConnection;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;

/** Connections relayed as a whole: what both ends see, and the access log. */
@Timeout(120)
class TcpRelayTest {
    private static final int LARGE = 8 << 20;

    /** Sends back what it reads, and ends when the client does. */
    static TestUpstream echo() throws IOException {
        return TestUpstream.serving((self, socket) -> {
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
        });
    }

    private static String line(InputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.US_ASCII);
    }

    /** Ends the client's direction, as {@code nc -N} does. */
    private static String endAndReadAll(Socket socket) throws IOException {
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    static Socket connect(TestProxy proxy) throws IOException {
        Socket socket = new Socket("127.0.0.1", proxy.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Test
    void bytesPassBothWaysAndTheConnectionIsLoggedOnce() throws IOException {
        try (TestUpstream upstream = echo();
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())))) {
            String local;
            try (Socket client = connect(proxy)) {
                local = "127.0.0.1:" + client.getLocalPort();
                client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
                assertThat(line(client.getInputStream(), 5)).isEqualTo("hello");
                assertThat(proxy.log().connectionCount()).isZero();
                client.getOutputStream().write("again".getBytes(StandardCharsets.US_ASCII));
                assertThat(endAndReadAll(client)).isEqualTo("again");
            }
            FinishedConnection logged = proxy.log().onlyConnection();
            assertThat(logged.flags()).isEmpty();
            assertThat(logged.details()).isEmpty();
            assertThat(logged.termination()).isNull();
            assertThat(logged.bytesReceived()).isEqualTo(10);
            assertThat(logged.bytesSent()).isEqualTo(10);
            assertThat(logged.clusterName()).isEqualTo(Snapshots.name("v1"));
            assertThat(logged.subset()).isEqualTo("v1");
            assertThat(logged.endpoint()).isEqualTo(upstream.endpoint());
            assertThat(logged.bundleRevision()).isEqualTo(1);
            assertThat(logged.rule())
                    .isNotNull()
                    .satisfies(rule -> assertThat(rule.key()).isEqualTo(TcpSnapshots.RULE));
            assertThat(logged.chain()).isEqualTo("plain");
            assertThat(logged.attempts()).isEqualTo(1);
            assertThat(logged.weightDraw()).isEqualTo(-1);
            assertThat(logged.durationNanos()).isPositive();
            assertThat(logged.downstreamRemoteAddress()).isEqualTo(local);
            assertThat(logged.downstreamLocalAddress()).isEqualTo("127.0.0.1:" + proxy.port());
            assertThat(logged.upstreamLocalAddress()).startsWith("127.0.0.1:");
            Awaitility.await().until(() -> proxy.server().connectionCount() == 0 && upstream.openConnections() == 0);
            assertThat(proxy.log().connectionCount()).isEqualTo(1);
            assertThat(proxy.log().count()).isZero();
        }
    }

    @Test
    void serverMaySpeakFirst() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) ->
                        socket.getOutputStream().write("220 ready".getBytes(StandardCharsets.US_ASCII)));
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            assertThat(line(client.getInputStream(), 9)).isEqualTo("220 ready");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** The upstream ends first; what the client sends after that still arrives. */
    @Test
    void halfCloseByTheUpstreamLeavesTheOtherDirectionOpen() throws Exception {
        StringBuilder received = new StringBuilder();
        CountDownLatch done = new CountDownLatch(1);
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    socket.getOutputStream().write('x');
                    socket.shutdownOutput();
                    received.append(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
                    done.countDown();
                });
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            assertThat(line(client.getInputStream(), 100)).isEqualTo("x");
            client.getOutputStream().write("late".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            done.await();
            assertThat(received.toString()).isEqualTo("late");
            assertThat(proxy.log().onlyConnection().flags()).isEmpty();
        }
    }

    @Test
    void largeTransferArrivesWholeInBothDirections() throws Exception {
        byte[] data = new byte[LARGE];
        new Random(7).nextBytes(data);
        try (TestUpstream upstream = echo();
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            Thread writer = new Thread(() -> {
                try {
                    client.getOutputStream().write(data);
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            writer.start();
            byte[] back = client.getInputStream().readAllBytes();
            writer.join();
            assertThat(back).hasSize(LARGE);
            assertThat(Arrays.mismatch(back, data)).isEqualTo(-1);
            FinishedConnection logged = proxy.log().onlyConnection();
            assertThat(logged.bytesReceived()).isEqualTo(LARGE);
            assertThat(logged.bytesSent()).isEqualTo(LARGE);
        }
    }

    /** The client has ended its direction and is far behind: the proxy must wait for it to take more, again and again. */
    @Test
    void answerArrivesWholeWhenItsSenderIsGoneBeforeItIsRead() throws Exception {
        for (int length : new int[] {50_000, 1 << 20, LARGE}) {
            byte[] data = new byte[length];
            new Random(length).nextBytes(data);
            try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                        socket.getInputStream().readAllBytes();
                        socket.getOutputStream().write(data);
                    });
                    TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                    Socket client = connect(proxy)) {
                client.getOutputStream().write('?');
                client.shutdownOutput();
                Thread.sleep(200);
                ByteArrayOutputStream back = new ByteArrayOutputStream();
                byte[] chunk = new byte[8_192];
                for (int read = client.getInputStream().read(chunk);
                        read > 0;
                        read = client.getInputStream().read(chunk)) {
                    back.write(chunk, 0, read);
                    LockSupport.parkNanos(200_000);
                }
                assertThat(back.size()).isEqualTo(length);
                assertThat(Arrays.mismatch(back.toByteArray(), data)).isEqualTo(-1);
                FinishedConnection logged = proxy.log().onlyConnection();
                assertThat(logged.bytesSent()).isEqualTo(length);
                assertThat(logged.flags()).isEmpty();
            }
        }
    }

    /** Neither side's stall, nor an end that comes meanwhile, makes the proxy take in more than it can pass on. */
    @Test
    void memoryStaysSmallWhileUpstreamsDoNotRead() throws Exception {
        int clients = 20;
        int each = 16 << 20;
        CountDownLatch read = new CountDownLatch(1);
        AtomicLong taken = new AtomicLong();
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    read.await();
                    taken.addAndGet(socket.getInputStream().transferTo(OutputStream.nullOutputStream()));
                });
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())))) {
            long before = usedMemory();
            AtomicLong written = new AtomicLong();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                // Half of them end before the stall is over: their bytes fit into the sockets' buffers.
                int bytes = i % 2 == 0 ? each : 1 << 20;
                Socket client = connect(proxy);
                Thread writer = new Thread(() -> write(client, bytes, written));
                writers.add(writer);
                writer.start();
            }
            long stalled = awaitStill(written);
            assertThat(stalled).isLessThan((long) clients / 2 * (each + (1 << 20)));
            assertThat(usedMemory() - before).isLessThan(clients * 256L * 1_024);
            read.countDown();
            for (Thread writer : writers) {
                writer.join();
            }
            Awaitility.await().until(() -> taken.get() == (long) clients / 2 * (each + (1 << 20)));
        }
    }

    private static long usedMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private static void write(Socket client, int bytes, AtomicLong written) {
        byte[] chunk = new byte[64 * 1024];
        try {
            for (int sent = 0; sent < bytes; sent += chunk.length) {
                client.getOutputStream().write(chunk);
                written.addAndGet(chunk.length);
            }
            client.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long awaitStill(AtomicLong figure) throws InterruptedException {
        long before = -1;
        while (before != figure.get()) {
            before = figure.get();
            Thread.sleep(300);
        }
        return before;
    }

    @Test
    void clientThatSendsAndEndsAtOnceLosesNothing() throws IOException {
        try (TestUpstream upstream = echo();
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())))) {
            for (int i = 0; i < 50; i++) {
                try (Socket client = connect(proxy)) {
                    client.getOutputStream().write(new byte[10_000]);
                    client.shutdownOutput();
                    assertThat(client.getInputStream().readAllBytes()).hasSize(10_000);
                }
            }
            assertThat(proxy.log().awaitConnections(50)).allSatisfy(logged -> {
                assertThat(logged.bytesReceived()).isEqualTo(10_000);
                assertThat(logged.bytesSent()).isEqualTo(10_000);
                assertThat(logged.flags()).isEmpty();
            });
        }
    }

    @Test
    void connectionsAreSplitByWeight() throws IOException {
        try (TestUpstream one = TestUpstream.serving(
                        (self, socket) -> socket.getOutputStream().write('1'));
                TestUpstream two = TestUpstream.serving(
                        (self, socket) -> socket.getOutputStream().write('2'));
                TestProxy proxy = new TestProxy(TcpSnapshots.of(
                        1,
                        List.of(plain(Snapshots.to("v1", 80), Snapshots.to("v2", 20))),
                        cluster("v1", one.endpoint()),
                        cluster("v2", two.endpoint())))) {
            int connections = 1_000;
            int second = 0;
            for (int i = 0; i < connections; i++) {
                try (Socket client = connect(proxy)) {
                    second += client.getInputStream().read() == '2' ? 1 : 0;
                }
            }
            double sigma = Math.sqrt(connections * 0.2 * 0.8);
            assertThat((double) second).isBetween(200 - 3 * sigma, 200 + 3 * sigma);
            List<FinishedConnection> logged = proxy.log().awaitConnections(connections);
            assertThat(logged.stream().filter(one2 -> one2.subset().equals("v2")))
                    .hasSize(second)
                    .allSatisfy(each -> assertThat(each.weightDraw() % 100).isBetween(80, 99));
        }
    }

    @Test
    void swapOfRulesLeavesRunningConnectionsAndMovesNewOnes() throws IOException {
        try (TestUpstream before = echo();
                TestUpstream after = TestUpstream.serving(
                        (self, socket) -> socket.getOutputStream().write('!'));
                TestProxy proxy = new TestProxy(relaying(cluster("v1", before.endpoint())));
                Socket running = connect(proxy)) {
            running.getOutputStream().write('a');
            assertThat(running.getInputStream().read()).isEqualTo('a');

            proxy.server()
                    .installer()
                    .install(
                            TcpSnapshots.of(2, List.of(plain(Snapshots.to("v2", 1))), cluster("v2", after.endpoint())));
            try (Socket next = connect(proxy)) {
                assertThat(next.getInputStream().read()).isEqualTo('!');
            }
            assertThat(proxy.log().awaitConnections(1).get(0).bundleRevision()).isEqualTo(2);

            // and when the listener is gone altogether
            proxy.server().installer().install(TcpSnapshots.of(3, List.of()));
            running.getOutputStream().write('b');
            assertThat(running.getInputStream().read()).isEqualTo('b');
            assertThat(endAndReadAll(running)).isEmpty();
            assertThat(proxy.log().awaitConnections(2).get(1).bundleRevision()).isEqualTo(1);
        }
    }

    @Test
    void drainWaitsForRelayedConnectionsUpToItsBound() throws Exception {
        try (TestUpstream upstream = echo();
                TestProxy proxy = new TestProxy(relaying(cluster("v1", upstream.endpoint())));
                Socket client = connect(proxy)) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');

            assertThat(proxy.server().drain(200)).isFalse();
            client.getOutputStream().write('b');
            assertThat(client.getInputStream().read()).isEqualTo('b');
            proxy.server().close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(proxy.log().onlyConnection().termination()).isEqualTo("proxy_shutdown");
        }
    }
}
