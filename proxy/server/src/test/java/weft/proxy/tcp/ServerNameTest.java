package weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.tcp.ClientHellos.body;
import static weft.proxy.tcp.ClientHellos.extension;
import static weft.proxy.tcp.ClientHellos.message;
import static weft.proxy.tcp.ClientHellos.records;
import static weft.proxy.tcp.ClientHellos.serverName;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.to;
import static weft.proxy.testing.TcpSnapshots.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weft.proxy.dns.DnsResolver;
import weft.proxy.telemetry.FinishedConnection;
import weft.proxy.testing.DnsServer;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.FilterChain;

/** TLS connections that are passed through by the server name of their hello. */
@Timeout(120)
class ServerNameTest {
    private static final int CLOSED = -1;

    private TestUpstream a;
    private TestUpstream wild;
    private TestProxy proxy;

    @BeforeEach
    void start() throws IOException {
        a = naming('a');
        wild = naming('w');
        proxy = proxy(List.of(tls("a", to("a", 1), "a.test"), tls("wild", to("wild", 1), "*.test")));
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        a.close();
        wild.close();
    }

    /** Says its letter, then sends back all it got once the client has ended. */
    private static TestUpstream naming(char letter) throws IOException {
        return TestUpstream.serving((self, socket) -> {
            socket.getOutputStream().write(letter);
            socket.getOutputStream().write(socket.getInputStream().readAllBytes());
        });
    }

    private TestProxy proxy(List<FilterChain> chains) {
        return new TestProxy(TcpSnapshots.of(1, chains, cluster("a", a.endpoint()), cluster("wild", wild.endpoint())));
    }

    private static byte[] hello(String name) {
        return records(message(body(serverName(name))), 1 << 14);
    }

    /** Sends in pieces; returns what came back whole, the upstream's letter first. */
    private byte[] exchange(byte[] bytes, int... cuts) throws IOException, InterruptedException {
        try (Socket client = new Socket("127.0.0.1", proxy.port())) {
            client.setSoTimeout(10_000);
            client.setTcpNoDelay(true);
            int from = 0;
            for (int i = 0; i <= cuts.length; i++) {
                int to = i < cuts.length ? cuts[i] : bytes.length;
                client.getOutputStream().write(bytes, from, to - from);
                client.getOutputStream().flush();
                if (i < cuts.length) {
                    Thread.sleep(5);
                }
                from = to;
            }
            client.shutdownOutput();
            return client.getInputStream().readAllBytes();
        }
    }

    private static int firstByte(int port, byte[] bytes) throws IOException {
        try (Socket client = new Socket("127.0.0.1", port)) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write(bytes);
            try {
                return client.getInputStream().read();
            } catch (java.net.SocketException reset) {
                return CLOSED;
            }
        }
    }

    @Test
    void nameChoosesTheUpstreamAndAllBytesReachIt() throws Exception {
        byte[] bytes = ClientHellos.concat(hello("A.Test"), "and more".getBytes(StandardCharsets.US_ASCII));
        byte[] back = exchange(bytes);
        assertThat(back[0]).isEqualTo((byte) 'a');
        assertThat(Arrays.copyOfRange(back, 1, back.length)).isEqualTo(bytes);
        FinishedConnection logged = proxy.log().onlyConnection();
        assertThat(logged.serverName()).isEqualTo("a.test");
        assertThat(logged.chain()).isEqualTo("a");
        assertThat(logged.flags()).isEmpty();
        assertThat(logged.bytesReceived()).isEqualTo(bytes.length);
        assertThat(logged.bytesSent()).isEqualTo(bytes.length + 1);

        assertThat(firstByte(proxy.port(), hello("x.y.test"))).isEqualTo('w');
    }

    @Test
    void namesBelowAWildcardAreResolvedAsTheyAreAskedForAndNoOthers(@TempDir Path directory) throws IOException {
        Cluster plain = cluster("a", new Endpoint("*.dyn.test", a.port(), 1, Map.of(), "", ""));
        Cluster dynamic = new Cluster(
                plain.name(),
                "*.dyn.test",
                plain.namespace(),
                plain.port(),
                plain.subset(),
                Cluster.Discovery.DYNAMIC_FORWARD_PROXY,
                plain.endpoints(),
                plain.loadBalancing(),
                plain.connectionPool());
        try (DnsServer dns = new DnsServer();
                TestProxy resolving = new TestProxy(
                        TcpSnapshots.of(1, List.of(tls("any", to("a", 1))), dynamic),
                        new DnsResolver.Settings(
                                directory.resolve("resolv.conf"),
                                directory.resolve("hosts"),
                                List.of(dns.address()),
                                false))) {
            dns.put("x.dyn.test.", 300, "127.0.0.1").put("other.test.", 300, "127.0.0.1");
            assertThat(firstByte(resolving.port(), hello("x.dyn.test"))).isEqualTo('a');
            assertThat(firstByte(resolving.port(), hello("other.test"))).isEqualTo(CLOSED);
            assertThat(dns.asked()).containsExactly("x.dyn.test. 1");
        }
    }

    @Test
    void helloInPiecesGoesTheSameWay() throws Exception {
        byte[] bytes = records(message(body(extension(10, new byte[40]), serverName("a.test"))), 11);
        for (int cut = 1; cut < bytes.length; cut += 3) {
            byte[] back = exchange(bytes, cut);
            assertThat(back[0]).as("cut at " + cut).isEqualTo((byte) 'a');
            assertThat(Arrays.copyOfRange(back, 1, back.length)).isEqualTo(bytes);
        }
    }

    @Test
    void unknownOrMissingNameAndPlainTextCloseWithNR() throws IOException {
        byte[][] strangers = {
            hello("other.example"),
            hello("test"),
            records(message(body()), 100),
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)
        };
        for (byte[] bytes : strangers) {
            assertThat(firstByte(proxy.port(), bytes)).isEqualTo(CLOSED);
        }
        assertThat(proxy.log().awaitConnections(strangers.length)).allSatisfy(logged -> {
            assertThat(logged.flags()).containsExactly(ResponseFlag.NO_ROUTE_FOUND);
            assertThat(logged.details()).isEqualTo("filter_chain_not_found");
            assertThat(logged.clusterName()).isNull();
        });
        assertThat(proxy.log().awaitConnections(1).get(0).serverName()).isEqualTo("other.example");
        assertThat(a.connections() + wild.connections()).isZero();
    }

    @Test
    void brokenAndOversizeHellosAreClosedUnread() throws IOException {
        byte[] twoNames = records(message(body(serverName("a.test"), serverName("b.test"))), 100);
        byte[] huge = ClientHellos.concat(new byte[] {22, 3, 1, 0x40, 0, 1}, ClientHellos.number(0xFF_FF_FF, 3));
        byte[] endless = records(message(body(extension(21, new byte[60_000]), serverName("a.test"))), 1);
        assertThat(firstByte(proxy.port(), twoNames)).isEqualTo(CLOSED);
        assertThat(firstByte(proxy.port(), huge)).isEqualTo(CLOSED);
        assertThat(firstByte(proxy.port(), endless)).isEqualTo(CLOSED);
        assertThat(proxy.log().awaitConnections(3))
                .allSatisfy(
                        logged -> assertThat(logged.flags()).containsExactly(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR))
                .extracting(FinishedConnection::details)
                .containsExactly("client_hello_malformed", "client_hello_too_large", "client_hello_too_large");
        assertThat(a.connections()).isZero();
    }

    @Test
    void clientThatLeavesBeforeItsHelloIsLogged() throws IOException {
        try (Socket client = new Socket("127.0.0.1", proxy.port())) {
            client.getOutputStream().write(Arrays.copyOf(hello("a.test"), 20));
        }
        FinishedConnection logged = proxy.log().onlyConnection();
        assertThat(logged.flags()).containsExactly(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        assertThat(logged.bytesReceived()).isEqualTo(20);
    }

    @Test
    void silentClientIsClosedAfterAWhile() throws IOException {
        try (TestProxy impatient = new TestProxy(TcpSnapshots.of(1, List.of(tls("a", to("a", 1), "a.test"))), 1, 200);
                Socket client = new Socket("127.0.0.1", impatient.port())) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write(22);
            assertThat(client.getInputStream().read()).isEqualTo(CLOSED);
            FinishedConnection logged = impatient.log().onlyConnection();
            assertThat(logged.flags()).containsExactly(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
            assertThat(logged.details()).isEqualTo("client_hello_timeout");
        }
    }

    /** Each connection ends, gets one entry, and never reaches the upstream of a name it did not ask for. */
    @Test
    void damagedHellosOverTheWireLeaveNothingBehind() throws Exception {
        Random random = new Random(20_261_125);
        int connections = 300;
        byte[] good = records(message(body(extension(10, new byte[8]), serverName("a.test"))), 23);
        for (int i = 0; i < connections; i++) {
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                byte[] back = exchange(bytes, random.nextInt(bytes.length));
                if (back.length > 0) {
                    assertThat(Arrays.copyOfRange(back, 1, back.length)).isEqualTo(bytes);
                }
            } catch (java.net.SocketException reset) {
                // closed with bytes unread
            }
        }
        assertThat(proxy.log().awaitConnections(connections))
                .hasSize(connections)
                .allSatisfy(logged -> {
                    if (logged.subset().equals("a")) {
                        assertThat(logged.serverName()).isEqualTo("a.test");
                    }
                });
        assertThat(exchange(good)[0]).isEqualTo((byte) 'a');
    }
}
