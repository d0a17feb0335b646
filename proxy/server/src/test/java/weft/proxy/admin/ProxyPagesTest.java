package weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;

/** What the admin endpoint says of the data plane, asked over a socket. */
class ProxyPagesTest {
    private final AtomicInteger kicks = new AtomicInteger();
    private final TestUpstream upstream;
    private final TestProxy proxy;
    private final AdminServer admin = new AdminServer();
    private TestClient client;

    ProxyPagesTest() throws IOException {
        upstream = TestUpstream.saying("hello");
        proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
        List<AdminPage> pages = new ArrayList<>(new ProxyPages(proxy.server()).all());
        pages.add(AdminPage.action("/kick", "counts", query -> {
            kicks.incrementAndGet();
            return AdminReply.text("OK\n");
        }));
        pages.add(AdminPage.view("/broken", "fails", query -> {
            throw new IllegalStateException("a bug");
        }));
        client = new TestClient(admin.serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), pages)
                .getPort());
    }

    @BeforeEach
    void oneRequestWentThrough() throws IOException {
        try (TestClient visitor = proxy.client()) {
            assertThat(visitor.get("app.test", "/").status()).isEqualTo(200);
        }
        proxy.log().await(1);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        admin.close();
        proxy.close();
        upstream.close();
    }

    private HttpMessage get(String path) throws IOException {
        return client.get("admin", path);
    }

    @Test
    void configDumpNamesListenersRoutesClustersAndPosition() throws IOException {
        HttpMessage answer = get("/config_dump");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("content-type")).isEqualTo("application/json");
        JsonNode dump = new ObjectMapper().readTree(answer.body());
        assertThat(dump.at("/position/revision").asLong()).isEqualTo(1);
        assertThat(dump.at("/position/offset").asLong()).isEqualTo(1);
        assertThat(dump.at("/identity/id").asText()).isEqualTo("proxy-1");
        JsonNode listener = dump.at("/listeners/0");
        assertThat(listener.at("/name").asText()).isEqualTo(Snapshots.LISTENER);
        assertThat(listener.at("/bound").asText()).isEqualTo("127.0.0.1:" + proxy.port());
        JsonNode host = listener.at("/routes").get("*").get(0);
        assertThat(host.at("/domains/0").asText()).isEqualTo("app.test");
        assertThat(host.at("/routes/0/route/clusters/0/name").asText()).isEqualTo(Snapshots.name("v1"));
        assertThat(dump.at("/clusters/0/name").asText()).isEqualTo(Snapshots.name("v1"));
        assertThat(dump.at("/clusters/0/endpoints/0/address").asText())
                .isEqualTo(upstream.endpoint().hostPort());
    }

    @Test
    void configDumpAndRoutesTellOfFilterChains() throws IOException {
        proxy.server()
                .installer()
                .install(TcpSnapshots.of(
                        2,
                        List.of(
                                TcpSnapshots.plain(Snapshots.to("v1", 80), Snapshots.to("v2", 20)),
                                TcpSnapshots.tls("t", Snapshots.to("v1", 1), "a.test"))));
        JsonNode chain = new ObjectMapper().readTree(get("/config_dump").body()).at("/listeners/0/filterChains");
        assertThat(chain.at("/0/tcpProxy/clusters/1/weight").asInt()).isEqualTo(20);
        assertThat(chain.at("/0/tcpProxy/rule/key").asText()).isEqualTo(TcpSnapshots.RULE.toString());
        assertThat(chain.at("/1/match/serverNames/0").asText()).isEqualTo("a.test");
        assertThat(get("/routes").text())
                .contains("tcp -> " + Snapshots.name("v1") + " 80, " + Snapshots.name("v2") + " 20")
                .contains("tls a.test -> " + Snapshots.name("v1"));
    }

    @Test
    void clustersTellsTheLoadOfEachEndpoint() throws IOException {
        String prefix = Snapshots.name("v1") + "::" + upstream.endpoint().hostPort() + "::";
        assertThat(get("/clusters").text().lines())
                .contains(Snapshots.name("v1") + "::lb_policy::ROUND_ROBIN")
                .contains(prefix + "cx_total::1", prefix + "rq_total::1", prefix + "rq_active::0")
                .contains(prefix + "cx_connect_fail::0");
    }

    @Test
    void routesListenersAndStatsTellWhatIsServed() throws IOException {
        assertThat(get("/routes").text()).contains("app.test", Snapshots.name("v1"));
        assertThat(get("/listeners").text().lines())
                .containsExactly(Snapshots.LISTENER + "::127.0.0.1:" + proxy.port());
        String prefix = "cluster." + Snapshots.name("v1") + ".";
        assertThat(get("/stats").text().lines())
                .contains("weft.revision: 1", "cluster_manager.active_clusters: 1")
                .contains(prefix + "upstream_cx_total: 1", prefix + "upstream_cx_active: 1")
                .contains(prefix + "membership_total: 1", prefix + "upstream_rq_total: 1");
    }

    @Test
    void anUnknownPathAnswers404AndListsThePages() throws IOException {
        HttpMessage answer = get("/nothing?here=1");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).contains("/config_dump", "/clusters", "/kick (POST)", "/help");
        assertThat(get("/").status()).isEqualTo(200);
        assertThat(get("/help").text()).contains("/config_dump");
    }

    @Test
    void aPageThatChangesSomethingTakesPostOnly() throws IOException {
        HttpMessage refused = get("/kick");
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.field("allow")).isEqualTo("POST");
        assertThat(kicks).hasValue(0);
        assertThat(client.post("admin", "/kick", "").status()).isEqualTo(200);
        assertThat(kicks).hasValue(1);
    }

    @Test
    void aPageThatFailsAnswers500AndTheNextOneStillAnswers() throws IOException {
        assertThat(get("/broken").status()).isEqualTo(500);
        assertThat(get("/stats").status()).isEqualTo(200);
    }
}
