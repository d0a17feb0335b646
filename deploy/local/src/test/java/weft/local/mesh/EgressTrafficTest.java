package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.proxy.dns.DnsResolver;
import weft.proxy.server.ProxyServer;
import weft.proxy.telemetry.FinishedRequest;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;

/** What leaves a sidecar that may reach only what is registered: by address, by a name that is resolved, and not at all. */
class EgressTrafficTest {
    private static final String RULES = """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: default}
            spec:
              egress: [{hosts: ['*/*']}]
              outboundTrafficPolicy: {mode: REGISTRY_ONLY}
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: known}
            spec:
              hosts: [known.test]
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP, targetPort: PORT}]
              endpoints: [{address: 127.0.0.1}]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: wild}
            spec:
              hosts: ['*.wild.test']
              resolution: DYNAMIC_DNS
              ports: [{number: 80, name: http, protocol: HTTP, targetPort: PORT}]
            """;

    private final BlockingQueue<FinishedRequest> log = new LinkedBlockingQueue<>();

    private static HttpServer upstream() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.createContext("/", call -> {
            call.sendResponseHeaders(200, -1);
            call.close();
        });
        server.start();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private FinishedRequest get(int port, String host) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            FinishedRequest logged = Objects.requireNonNull(log.poll(10, TimeUnit.SECONDS), answer);
            assertThat(answer).startsWith("HTTP/1.1 " + logged.responseCode());
            return logged;
        }
    }

    @Test
    void onlyWhatIsRegisteredIsReached(@TempDir Path directory) throws Exception {
        HttpServer upstream = upstream();
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 a.wild.test elsewhere.test\n");
        int port = freePort();
        ProxyIdentity sidecar = new ProxyIdentity(
                "client-1",
                "default",
                Map.of(),
                "",
                "",
                "client",
                Mode.SIDECAR,
                List.of(),
                new OutboundSocket("127.0.0.1", port),
                List.of());
        try (ProxyServer server = ServedRules.start(
                sidecar,
                Map.of(),
                RULES.replace("PORT", Integer.toString(upstream.getAddress().getPort())),
                ended -> log.add((FinishedRequest) ended),
                new DnsResolver.Settings(directory.resolve("resolv.conf"), hosts, null, false))) {
            assertThat(server.addresses()).isNotEmpty();
            assertThat(get(port, "known.test").responseCode()).isEqualTo(200);
            FinishedRequest resolved = get(port, "a.wild.test");
            assertThat(resolved.responseCode()).isEqualTo(200);
            assertThat(resolved.clusterName()).isEqualTo("outbound|80||*.wild.test");

            FinishedRequest blocked = get(port, "elsewhere.test");
            assertThat(blocked.responseCode()).isEqualTo(502);
            assertThat(blocked.flags()).isEmpty();
            assertThat(blocked.details()).isEqualTo("direct_response");
        } finally {
            upstream.stop(0);
        }
    }

    @Test
    void aGatewayResolvesTheHostsOfAWildcardToo(@TempDir Path directory) throws Exception {
        HttpServer upstream = upstream();
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 a.wild.test elsewhere.test\n");
        int port = freePort();
        ProxyIdentity gateway =
                new ProxyIdentity("gw", "default", Map.of("app", "egress"), "", "", "gw", Mode.GATEWAY, List.of());
        String rules =
                RULES.replace("PORT", Integer.toString(upstream.getAddress().getPort())) + """
                ---
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: egress}
                spec:
                  selector: {app: egress}
                  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: out}
                spec:
                  hosts: ['*']
                  gateways: [egress]
                  http: [{route: [{destination: {host: '*.wild.test'}}]}]
                """;
        try (ProxyServer server = ServedRules.start(
                gateway,
                Map.of(80, port),
                rules,
                ended -> log.add((FinishedRequest) ended),
                new DnsResolver.Settings(directory.resolve("resolv.conf"), hosts, null, false))) {
            assertThat(server.addresses()).isNotEmpty();
            assertThat(get(port, "a.wild.test").responseCode()).isEqualTo(200);
            FinishedRequest other = get(port, "elsewhere.test");
            assertThat(other.responseCode()).as("no open proxy").isEqualTo(503);
            assertThat(other.flags()).containsExactly(ResponseFlag.DNS_FAILURE);
        } finally {
            upstream.stop(0);
        }
    }
}
