package weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChain.Application;
import weft.routing.snapshot.FilterChainMatch;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxySnapshot;

/** A port whose protocol nobody declared: requests are routed, anything else is relayed. */
@Timeout(120)
class SniffedTest {

    private static ProxySnapshot snapshot(TestUpstream requests, TestUpstream bytes) {
        FilterChain chain = new FilterChain(
                "sniffed", FilterChainMatch.ANY, null, TcpSnapshots.to(Snapshots.to("bytes", 1)), Application.SNIFFED);
        Listener listener = new Listener(
                Snapshots.LISTENER,
                "127.0.0.1",
                0,
                Listener.Direction.INBOUND,
                Map.of(
                        Listener.ANY_PORT,
                        new RouteTable(List.of(
                                Snapshots.host(Snapshots.Action.to("requests").forward())))),
                List.of(chain));
        return new ProxySnapshot(
                new LogPosition(1, 1),
                Snapshots.SIDECAR,
                List.of(listener),
                Map.of(
                        Snapshots.name("requests"),
                        Snapshots.cluster("requests", requests.endpoint()),
                        Snapshots.name("bytes"),
                        Snapshots.cluster("bytes", bytes.endpoint())),
                List.of(),
                "hash");
    }

    @Test
    void requestsAreRoutedAndBytesAreRelayed() throws IOException {
        try (TestUpstream requests = TestUpstream.saying("routed");
                TestUpstream bytes = TcpRelayTest.echo();
                TestProxy proxy = new TestProxy(snapshot(requests, bytes))) {
            try (TestClient client = proxy.client()) {
                for (int i = 0; i < 2; i++) {
                    HttpMessage answer = client.get("app.test", "/");
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.text()).isEqualTo("routed");
                }
            }
            assertThat(proxy.log().await(2))
                    .allSatisfy(entry -> assertThat(entry.inbound()).isTrue());
            assertThat(proxy.log().connectionCount()).isZero();
            try (Socket client = new Socket("127.0.0.1", proxy.port())) {
                client.setSoTimeout(10_000);
                client.getOutputStream().write("SELECT 1".getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("SELECT 1");
            }
            assertThat(proxy.log().onlyConnection()).satisfies(entry -> {
                assertThat(entry.inbound()).isTrue();
                assertThat(entry.subset()).isEqualTo("bytes");
                assertThat(entry.bytesReceived()).isEqualTo(8);
            });
            assertThat(proxy.log().count()).isEqualTo(2);
            Awaitility.await().until(() -> proxy.server().connectionCount() == 0);
        }
    }

    @Test
    void requestInPiecesIsARequest() throws Exception {
        try (TestUpstream requests = TestUpstream.saying("routed");
                TestUpstream bytes = TcpRelayTest.echo();
                TestProxy proxy = new TestProxy(snapshot(requests, bytes));
                TestClient client = proxy.client()) {
            for (String piece : List.of("G", "ET /", " HTTP", "/1.1\r\nhost: app", ".test\r\n\r\n")) {
                client.send(piece);
                Thread.sleep(20);
            }
            assertThat(client.receive().text()).isEqualTo("routed");
        }
    }

    /** A client that says half a line and waits for an answer speaks something else. */
    @Test
    void lineThatDoesNotEndIsRelayedAfterAWhile() throws IOException {
        try (TestUpstream requests = TestUpstream.saying("routed");
                TestUpstream bytes = TcpRelayTest.echo();
                TestProxy proxy = new TestProxy(snapshot(requests, bytes), 1, 200);
                Socket client = new Socket("127.0.0.1", proxy.port())) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write("LOGIN".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(5), StandardCharsets.US_ASCII))
                    .isEqualTo("LOGIN");
        }
    }

    @Test
    void silentConnectionIsDrainedWithTheProxy() throws Exception {
        try (TestUpstream requests = TestUpstream.saying("routed");
                TestUpstream bytes = TcpRelayTest.echo();
                TestProxy proxy = new TestProxy(snapshot(requests, bytes));
                Socket silent = new Socket("127.0.0.1", proxy.port())) {
            Awaitility.await().until(() -> proxy.server().connectionCount() == 1);
            assertThat(proxy.server().drain(2_000)).isTrue();
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }
}
