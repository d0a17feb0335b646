package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.proxy.dns.DnsResolver;
import weft.proxy.testing.DnsServer;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.Endpoint;

/** A service found by DNS that moves while it is in use. */
@Timeout(30)
class NamedEndpointsTest {
    @TempDir
    private Path directory;

    private static Cluster named(Discovery discovery, int port) {
        Cluster cluster = cluster("v1", new Endpoint("cart.shop.test", port, 1, Map.of(), "", ""));
        return new Cluster(
                cluster.name(),
                cluster.service(),
                cluster.namespace(),
                cluster.port(),
                cluster.subset(),
                discovery,
                cluster.endpoints(),
                cluster.loadBalancing(),
                cluster.connectionPool());
    }

    private static String ask(TestClient client) throws IOException {
        HttpMessage answer = client.get("app.test", "/");
        assertThat(answer.status()).isEqualTo(200);
        return answer.text();
    }

    @ParameterizedTest
    @EnumSource(names = {"STRICT_DNS", "LOGICAL_DNS"})
    void aServiceThatMovesIsFollowedWithinItsTimeToLiveAndOneNobodyKnowsOfIsKept(Discovery discovery)
            throws IOException {
        try (DnsServer dns = new DnsServer();
                TestUpstream before = TestUpstream.saying("before");
                TestUpstream after = TestUpstream.saying("after", "127.0.0.2", before.port());
                TestProxy proxy = proxy(dns.put("cart.shop.test.", 1, "127.0.0.1"), named(discovery, before.port()));
                TestClient client = proxy.client()) {
            assertThat(ask(client)).as("in service with the rules").isEqualTo("before");
            dns.put("cart.shop.test.", 1, "127.0.0.2");
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> ask(client).equals("after"));
            int asked = dns.asked().size();
            dns.fail("cart.shop.test.", DnsServer.SERVFAIL);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> ask(client).equals("after") && dns.asked().size() >= asked + 2);
            assertThat(ask(client)).isEqualTo("after");
            assertThat(after.connections()).isPositive();
        }
    }

    private TestProxy proxy(DnsServer dns, Cluster cluster) {
        return new TestProxy(
                forwarding(Action.to("v1"), cluster),
                new DnsResolver.Settings(
                        directory.resolve("resolv.conf"), directory.resolve("hosts"), List.of(dns.address()), false));
    }
}
