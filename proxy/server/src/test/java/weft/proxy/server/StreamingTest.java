package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import io.netty.util.internal.PlatformDependent;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.route.RetryPolicy;

/** Bodies larger than memory, in both directions, between sides of unlike speed. */
class StreamingTest {
    private static final long BODY = 100L * 1024 * 1024;
    private static final int PIECE = 64 * 1024;

    /** Room for sockets' and allocator's chunks; a tenth of the body would already be far beyond it. */
    private static final long FLAT = 9L * 1024 * 1024;

    private static void sendBody(OutputStream out, AtomicLong sent) throws IOException {
        byte[] piece = new byte[PIECE];
        for (long left = BODY; left > 0; left -= PIECE) {
            out.write(piece);
            sent.addAndGet(PIECE);
        }
    }

    /** Waits until the sender is stuck, as it must be when the receiver does not read. */
    private static void awaitStall(AtomicLong sent) {
        AtomicLong last = new AtomicLong(-1);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(20))
                .until(() -> last.getAndSet(sent.get()) == sent.get() && sent.get() > 0);
        assertThat(sent.get()).isLessThan(BODY / 2);
    }

    @Test
    void downloadWaitsForASlowClient() throws IOException {
        AtomicLong sent = new AtomicLong();
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    self.receive(socket.getInputStream());
                    OutputStream out = socket.getOutputStream();
                    out.write(("HTTP/1.1 200 OK\r\ncontent-length: " + BODY + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
                    sendBody(out, sent);
                    self.receive(socket.getInputStream());
                });
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = new TestClient(proxy.port(), PIECE)) {
            long before = PlatformDependent.usedDirectMemory();
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            awaitStall(sent);
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(FLAT);
            HttpMessage head = client.receiveHead();
            assertThat(head.readBody(client.in(), OutputStream.nullOutputStream(), new ArrayList<>()))
                    .isEqualTo(BODY);
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.bytesSent()).isEqualTo(BODY);
            assertThat(logged.flags()).isEmpty();
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(FLAT);
        }
    }

    @Test
    void uploadWaitsForASlowUpstream() throws Exception {
        AtomicLong sent = new AtomicLong();
        AtomicLong received = new AtomicLong();
        CountDownLatch go = new CountDownLatch(1);
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    InputStream in = new BufferedInputStream(socket.getInputStream(), PIECE);
                    HttpMessage head = HttpMessage.readHead(in);
                    go.await();
                    if (head != null) {
                        received.set(head.readBody(in, OutputStream.nullOutputStream(), new ArrayList<>()));
                    }
                    socket.getOutputStream().write(TestUpstream.ok("done").getBytes(StandardCharsets.ISO_8859_1));
                });
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1").retries(RetryPolicy.DEFAULT), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            long before = PlatformDependent.usedDirectMemory();
            Thread sender = new Thread(() -> {
                try {
                    client.send("POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: " + BODY + "\r\n\r\n");
                    sendBody(client.out(), sent);
                } catch (IOException e) {
                    sent.set(-1);
                }
            });
            sender.start();
            awaitStall(sent);
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(FLAT);
            go.countDown();
            assertThat(client.receive().text()).isEqualTo("done");
            sender.join();
            assertThat(received.get()).isEqualTo(BODY);
            assertThat(proxy.log().only().bytesReceived()).isEqualTo(BODY);
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(FLAT);
        }
    }

    @Test
    void earlyAnswerEndsAnUploadAndTheConnectionGoesOn() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    HttpMessage.readHead(socket.getInputStream());
                    socket.getOutputStream()
                            .write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno"
                                    .getBytes(StandardCharsets.ISO_8859_1));
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                });
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: 1000\r\n\r\nhalf");
            assertThat(client.receive().status()).isEqualTo(413);
            client.send("x".repeat(996));
            assertThat(client.get("other.test", "/").status()).isEqualTo(404);
        }
    }

    @Test
    void clientThatLeavesDuringTheDownloadStopsIt() throws IOException {
        AtomicLong sent = new AtomicLong();
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    self.receive(socket.getInputStream());
                    OutputStream out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                    sendBody(out, sent);
                });
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            assertThat(HttpMessage.readHead(client.in())).isNotNull();
            client.abort();
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.responseCode()).isEqualTo(200);
            assertThat(logged.details()).isEqualTo("downstream_remote_disconnect");
            Awaitility.await().until(() -> upstream.openConnections() == 0);
            assertThat(sent.get()).isLessThan(BODY);
        }
    }
}
