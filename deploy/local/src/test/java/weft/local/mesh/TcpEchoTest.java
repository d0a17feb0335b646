package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.server.ListenerAddress;
import weft.proxy.server.ProxyServer;
import weft.proxy.telemetry.Finished;
import weft.proxy.telemetry.FinishedConnection;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.RuleCheck;
import weft.publish.yaml.SourceText;
import weft.routing.compile.SnapshotCompiler;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.ServiceSocket;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** Istio's tcp-echo sample from its YAML to the bytes on the wire, by a gateway and by a sidecar. */
class TcpEchoTest {
    private final Queue<FinishedConnection> log = new ConcurrentLinkedQueue<>();

    private static ProxyIdentity gateway() {
        return new ProxyIdentity(
                "gw", "edge", Map.of("istio", "ingressgateway"), "", "", "gw", Mode.GATEWAY, List.of());
    }

    private static ProxyIdentity sidecar(ServiceSocket... sockets) {
        return new ProxyIdentity(
                "app", "default", Map.of(), "", "", "app", Mode.SIDECAR, List.of(), null, List.of(sockets));
    }

    private static ProxySnapshot compile(ProxyIdentity identity, long revision, String yaml) {
        Map<RuleKey, Rule> rules = new HashMap<>();
        for (DecodedDocument document : new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE)
                .decode(new SourceText("rules.yaml", yaml))) {
            Rule rule = ((DecodedDocument.Resource) document).rule();
            rules.put(rule.key(), rule);
        }
        ProxySnapshot snapshot = new SnapshotCompiler(identity)
                .compile(RuleSnapshot.of(new LogPosition(revision, revision), rules), ProxySnapshot.empty(identity));
        assertThat(snapshot.rejections()).isEmpty();
        assertThat(snapshot.notices()).isEmpty();
        return snapshot;
    }

    private ProxyServer start(ProxyIdentity identity) {
        return ProxyServer.start(
                identity,
                Workers.start(2, 20_261_125),
                new ListenerAddress("127.0.0.1", Map.of()),
                Http1Limits.DEFAULT,
                this::keep);
    }

    private void keep(Finished ended) {
        log.add((FinishedConnection) ended);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static int port(ProxyServer server, String listener) {
        InetSocketAddress address = server.addresses().get(listener);
        if (address == null) {
            throw new AssertionError(server.bindFailures());
        }
        return address.getPort();
    }

    @Test
    void gatewaySplitsConnectionsFourToOne() throws IOException {
        int connections = 2_000;
        int port = freePort();
        try (TcpEchoServer one = new TcpEchoServer("one");
                TcpEchoServer two = new TcpEchoServer("two");
                ProxyServer server = start(gateway())) {
            String rules = TcpEchoRules.service(one.port(), two.port()) + TcpEchoRules.gateway(port);
            server.installer().install(compile(gateway(), 7, rules));
            int second = 0;
            for (int i = 0; i < connections; i++) {
                String said = TcpEchoServer.say(port, "hello " + i);
                assertThat(said).isIn("one hello " + i, "two hello " + i);
                second += said.startsWith("two") ? 1 : 0;
            }
            double sigma = Math.sqrt(connections * 0.2 * 0.8);
            assertThat((double) second).isBetween(400 - 3 * sigma, 400 + 3 * sigma);
            Awaitility.await().until(() -> log.size() == connections);
            int told = second;
            assertThat(log.stream().filter(entry -> entry.subset().equals("v2")))
                    .hasSize(told);
            assertThat(log).allSatisfy(entry -> {
                assertThat(entry.bundleRevision()).isEqualTo(7);
                assertThat(String.valueOf(entry.rule())).contains("VirtualService/default/tcp-echo");
                assertThat(entry.flags()).isEmpty();
            });
        }
    }

    @Test
    void sidecarReachesTheServiceBySocketAndFollowsItsRules() throws IOException {
        ServiceSocket echo = new ServiceSocket("127.0.0.1", 0, "tcp-echo", 9_000);
        ProxyIdentity identity = sidecar(echo);
        try (TcpEchoServer one = new TcpEchoServer("one");
                TcpEchoServer two = new TcpEchoServer("two");
                ProxyServer server = start(identity)) {
            String service = TcpEchoRules.service(one.port(), two.port());
            server.installer().install(compile(identity, 1, ""));
            int port = port(server, "127.0.0.1_0");
            assertThat(TcpEchoServer.say(port, "too early")).isEmpty();
            assertThat(log.remove()).satisfies(entry -> {
                assertThat(entry.clusterName()).isEqualTo("BlackHoleCluster");
                assertThat(entry.flags()).containsExactly(ResponseFlag.NO_HEALTHY_UPSTREAM);
            });
            for (String subset : List.of("v2", "v1")) {
                server.installer().install(compile(identity, 2, service + TcpEchoRules.meshRoute(subset)));
                for (int i = 0; i < 10; i++) {
                    assertThat(TcpEchoServer.say(port, "hi")).isEqualTo(subset.equals("v1") ? "one hi" : "two hi");
                }
            }
            server.installer().install(compile(identity, 3, service));
            assertThat(TcpEchoServer.say(port, "hi")).isIn("one hi", "two hi");
            assertThat(port(server, "127.0.0.1_0")).isEqualTo(port);
        }
    }
}
