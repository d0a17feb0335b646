package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.balanced;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TcpSnapshots;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.cluster.LocalityBalancing;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** Requests that stick to an endpoint, and what makes them. */
class ConsistentHashTrafficTest {
    private static final int UPSTREAMS = 4;

    private final List<TestUpstream> upstreams = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < UPSTREAMS; i++) {
            upstreams.add(TestUpstream.saying("upstream-" + i));
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (TestUpstream upstream : upstreams) {
            upstream.close();
        }
    }

    private Cluster hashed(LbPolicy policy, HashKey key) {
        return hashed(upstreams, policy, key);
    }

    private static Cluster hashed(List<TestUpstream> upstreams, LbPolicy policy, HashKey key) {
        Endpoint[] endpoints = upstreams.stream().map(TestUpstream::endpoint).toArray(Endpoint[]::new);
        return balanced(
                cluster("v1", endpoints),
                new LoadBalancing(policy, 0, new ConsistentHash(key, 1_021), LocalityBalancing.ANYWHERE, null));
    }

    private TestProxy proxy(HashKey key) {
        return new TestProxy(forwarding(Action.to("v1"), hashed(LbPolicy.RING_HASH, key)));
    }

    private static Set<String> answers(TestClient client, int requests, String path, String... fields)
            throws IOException {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < requests; i++) {
            answers.add(client.get("app.test", path, fields).text());
        }
        return answers;
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void sameHeaderFindsTheSameEndpointFromEveryConnection(LbPolicy policy) throws IOException {
        try (TestProxy proxy =
                new TestProxy(forwarding(Action.to("v1"), hashed(policy, new HashKey.Header("x-user"))))) {
            Map<String, String> first = new HashMap<>();
            for (int connection = 0; connection < 4; connection++) {
                try (TestClient client = proxy.client()) {
                    for (int user = 0; user < 30; user++) {
                        String answer =
                                client.get("app.test", "/", "x-user: u" + user).text();
                        assertThat(answer).isEqualTo(first.computeIfAbsent("u" + user, any -> answer));
                    }
                }
            }
            assertThat(new TreeSet<>(first.values())).hasSize(UPSTREAMS);
        }
    }

    @Test
    void triesStayWithTheEndpointThatTheHashFindsUnlessTheRuleSaysOtherwise() throws IOException {
        RetryPolicy twice = new RetryPolicy(2, 0, Set.of(Condition.FIVE_XX), Set.of(), 1, true);
        assertThat(triedEndpoints(twice.stayingOnHash())).isEqualTo(1);
        assertThat(triedEndpoints(twice)).isEqualTo(3);
    }

    /** How many of the endpoints, which all fail, see a request that is tried three times. */
    private static long triedEndpoints(RetryPolicy policy) throws IOException {
        List<TestUpstream> failing = new ArrayList<>();
        try {
            for (int i = 0; i < UPSTREAMS; i++) {
                failing.add(TestUpstream.answering(request -> "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"));
            }
            Cluster cluster = hashed(failing, LbPolicy.RING_HASH, new HashKey.Header("x-user"));
            try (TestProxy proxy = new TestProxy(forwarding(Action.to("v1").retries(policy), cluster));
                    TestClient client = proxy.client()) {
                assertThat(client.get("app.test", "/", "x-user: u").status()).isEqualTo(503);
            }
            assertThat(failing.stream().mapToInt(one -> one.requests().size()).sum())
                    .isEqualTo(3);
            return failing.stream().filter(one -> !one.requests().isEmpty()).count();
        } finally {
            for (TestUpstream upstream : failing) {
                upstream.close();
            }
        }
    }

    @Test
    void withoutTheHeaderChanceDecides() throws IOException {
        try (TestProxy proxy = proxy(new HashKey.Header("x-user"));
                TestClient client = proxy.client()) {
            assertThat(answers(client, 60, "/")).hasSize(UPSTREAMS);
        }
    }

    @Test
    void queryParameterSticksWhereverItStands() throws IOException {
        try (TestProxy proxy = proxy(new HashKey.QueryParameter("user"));
                TestClient client = proxy.client()) {
            Set<String> all = new TreeSet<>();
            for (int user = 0; user < 30; user++) {
                Set<String> one = answers(client, 3, "/?user=" + user);
                one.addAll(answers(client, 2, "/other?a=b&user=" + user + "&user=x"));
                assertThat(one).hasSize(1);
                all.addAll(one);
            }
            assertThat(all).hasSize(UPSTREAMS);
            assertThat(answers(client, 60, "/?username=7")).hasSize(UPSTREAMS);
        }
    }

    @Test
    void cookieIsGivenOnceAndSticks() throws IOException {
        HashKey key = new HashKey.Cookie("user", "/app", 90, List.of(new HashKey.Cookie.Attribute("SameSite", "Lax")));
        try (TestProxy proxy = proxy(key)) {
            Set<String> endpoints = new TreeSet<>();
            for (int i = 0; i < 20; i++) {
                String cookie;
                String endpoint;
                try (TestClient client = proxy.client()) {
                    HttpMessage response = client.get("app.test", "/");
                    endpoint = response.text();
                    String given = Objects.requireNonNull(response.field("set-cookie"));
                    assertThat(given).matches("user=\"[0-9a-f]{16}\"; Max-Age=90; Path=/app; SameSite=Lax; HttpOnly");
                    cookie = given.substring(0, given.indexOf(';'));
                }
                try (TestClient client = proxy.client()) {
                    HttpMessage response = client.get("app.test", "/", "cookie: a=b; " + cookie);
                    assertThat(response.fieldsNamed("set-cookie")).isEmpty();
                    assertThat(response.text()).isEqualTo(endpoint);
                    assertThat(answers(client, 3, "/", "cookie: " + cookie.replace("\"", "")))
                            .containsExactly(endpoint);
                }
                endpoints.add(endpoint);
            }
            assertThat(endpoints).hasSizeGreaterThan(1);
        }
    }

    @Test
    void requestsOfOneConnectionAreGivenTheSameCookie() throws IOException {
        try (TestProxy proxy = proxy(new HashKey.Cookie("user", "", 0, List.of()));
                TestClient client = proxy.client()) {
            String first = client.get("app.test", "/").field("set-cookie");
            assertThat(first).matches("user=\"[0-9a-f]{16}\"; HttpOnly");
            assertThat(client.get("app.test", "/").field("set-cookie")).isEqualTo(first);
        }
    }

    @Test
    void passiveCookieIsReadAndNeverGiven() throws IOException {
        HashKey key = new HashKey.Cookie("user", "", HashKey.Cookie.PASSIVE, List.of());
        try (TestProxy proxy = proxy(key);
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").fieldsNamed("set-cookie")).isEmpty();
            assertThat(answers(client, 60, "/")).hasSize(UPSTREAMS);
            assertThat(answers(client, 10, "/", "cookie: user=anne")).hasSize(1);
        }
    }

    @Test
    void sourceAddressSticksWhateverThePort() throws IOException {
        try (TestProxy proxy = proxy(new HashKey.SourceIp())) {
            Set<String> all = new TreeSet<>();
            for (int source = 1; source <= 20; source++) {
                String request = "GET / HTTP/1.1\r\nhost: app.test\r\nconnection: close\r\n\r\n";
                Set<String> one = new TreeSet<>();
                for (int i = 0; i < 3; i++) {
                    String response = exchange(proxy, "127.0.0." + source, request);
                    one.add(response.substring(response.lastIndexOf('\n') + 1));
                }
                assertThat(one).hasSize(1);
                all.addAll(one);
            }
            assertThat(all).hasSize(UPSTREAMS);
        }
    }

    private static String exchange(TestProxy proxy, String source, String text) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getByName("127.0.0.1"), proxy.port(), InetAddress.getByName(source), 0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void relayedConnectionsOfOneSourceStickToo() throws IOException {
        List<TestUpstream> speaking = new ArrayList<>();
        for (int i = 0; i < UPSTREAMS; i++) {
            String name = "tcp-" + i;
            speaking.add(TestUpstream.serving((self, socket) -> {
                socket.getInputStream().read();
                socket.getOutputStream().write(name.getBytes(StandardCharsets.ISO_8859_1));
            }));
        }
        Endpoint[] endpoints = speaking.stream().map(TestUpstream::endpoint).toArray(Endpoint[]::new);
        Cluster cluster = balanced(
                cluster("v1", endpoints),
                new LoadBalancing(
                        LbPolicy.MAGLEV,
                        0,
                        new ConsistentHash(new HashKey.SourceIp(), 1_021),
                        LocalityBalancing.ANYWHERE,
                        null));
        try (TestProxy proxy = new TestProxy(TcpSnapshots.relaying(cluster))) {
            Set<String> all = new TreeSet<>();
            for (int source = 1; source <= 20; source++) {
                Set<String> one = new TreeSet<>();
                for (int i = 0; i < 3; i++) {
                    one.add(exchange(proxy, "127.0.0." + source, "?"));
                }
                assertThat(one).hasSize(1);
                all.addAll(one);
            }
            assertThat(all).hasSize(UPSTREAMS);
        } finally {
            for (TestUpstream upstream : speaking) {
                upstream.close();
            }
        }
    }
}
