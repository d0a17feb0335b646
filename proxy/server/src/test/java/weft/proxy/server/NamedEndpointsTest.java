package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.route;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.proxy.dns.DnsResolver;
import weft.proxy.testing.DnsServer;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.Endpoint;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RouteMatch;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.ProxySnapshot;

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

    private static Cluster wild(int port) {
        Cluster cluster = cluster("v1", new Endpoint("*.wild.test", port, 1, Map.of(), "", ""));
        return new Cluster(
                cluster.name(),
                "*.wild.test",
                cluster.namespace(),
                cluster.port(),
                cluster.subset(),
                Discovery.DYNAMIC_FORWARD_PROXY,
                cluster.endpoints(),
                cluster.loadBalancing(),
                cluster.connectionPool());
    }

    private static ProxySnapshot anyHost(Cluster cluster) {
        return Snapshots.of(
                Snapshots.GATEWAY,
                1,
                new VirtualHost(
                        "any",
                        List.of("*"),
                        List.of(route(RouteMatch.ANY, Action.to("v1").forward())),
                        false),
                cluster);
    }

    @Test
    void eachHostBelowAWildcardIsResolvedWhenItIsAskedForAndNoOther() throws IOException {
        try (DnsServer dns = new DnsServer();
                TestUpstream one = TestUpstream.saying("one");
                TestUpstream two = TestUpstream.saying("two", "127.0.0.2", one.port());
                TestProxy proxy = new TestProxy(anyHost(wild(one.port())), names(dns));
                TestClient client = proxy.client()) {
            dns.put("a.wild.test.", 300, "127.0.0.1").put("b.c.wild.test.", 300, "127.0.0.2");
            dns.put("other.test.", 300, "127.0.0.1");
            assertThat(client.get("a.wild.test", "/").text()).isEqualTo("one");
            assertThat(client.get("B.c.wild.test:81", "/").text()).isEqualTo("two");
            assertThat(client.get("a.wild.test", "/").text()).isEqualTo("one");
            assertThat(one.connections()).isEqualTo(1);
            for (String host : List.of("other.test", "wild.test", "127.0.0.1:" + one.port(), "gone.wild.test")) {
                assertThat(client.get(host, "/").status()).as(host).isEqualTo(503);
            }
            assertThat(proxy.log().await(7).get(6).flags()).containsExactly(ResponseFlag.DNS_FAILURE);
            assertThat(dns.asked()).doesNotContain("other.test. 1");
        }
    }

    private DnsResolver.Settings names(DnsServer dns) {
        return new DnsResolver.Settings(
                directory.resolve("resolv.conf"), directory.resolve("hosts"), List.of(dns.address()), false);
    }

    private TestProxy proxy(DnsServer dns, Cluster cluster) {
        return new TestProxy(forwarding(Action.to("v1"), cluster), names(dns));
    }
}
