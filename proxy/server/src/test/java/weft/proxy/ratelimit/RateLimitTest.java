package weft.proxy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.http.ResponseFlag;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimitKey;
import weft.routing.ratelimit.RateLimits;
import weft.routing.ratelimit.RateLimits.Bound;
import weft.routing.snapshot.ProxySnapshot;

/** Limits on requests over real sockets: what clients, upstreams and the access log see. */
class RateLimitTest {

    private static ProxySnapshot snapshot(TestUpstream upstream, RateLimit... limits) {
        ProxySnapshot plain = forwarding(Action.to("v1"), cluster("v1", upstream.endpoint()));
        List<Bound> bounds = Stream.of(limits)
                .map(limit -> new Bound(limit, RateLimits.ANY_PORT, null))
                .toList();
        return new ProxySnapshot(
                plain.position(),
                plain.identity(),
                plain.listeners(),
                plain.clusters(),
                plain.rejections(),
                plain.tableHash(),
                plain.rules(),
                plain.notices(),
                new RateLimits(Map.of(Snapshots.LISTENER, bounds), false));
    }

    @Test
    void requestAboveTheLimitGets429RL() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(snapshot(upstream, Limits.of("two", Limits.perHour(2, 2))));
                TestClient client = proxy.client()) {
            HttpMessage first = client.get("app.test", "/");
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.field("x-ratelimit-limit")).isEqualTo("2");
            assertThat(first.field("x-ratelimit-remaining")).isEqualTo("1");
            assertThat(first.field("x-ratelimit-reset")).isEqualTo("0");
            assertThat(client.get("app.test", "/").field("x-ratelimit-remaining"))
                    .isEqualTo("0");
            HttpMessage refused = client.post("app.test", "/", "a body that is not wanted");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text()).isEqualTo("local_rate_limited");
            assertThat(refused.field("content-type")).isEqualTo("text/plain");
            assertThat(refused.field("x-envoy-ratelimited")).isEqualTo("true");
            assertThat(refused.field("x-ratelimit-limit")).isEqualTo("2");
            assertThat(refused.field("x-ratelimit-remaining")).isEqualTo("0");
            assertThat(Integer.parseInt(String.valueOf(refused.field("x-ratelimit-reset"))))
                    .isBetween(1, 1_800);
            assertThat(refused.field("retry-after")).isEqualTo(refused.field("x-ratelimit-reset"));
            assertThat(upstream.requests()).hasSize(2);
            FinishedRequest logged = proxy.log().await(3).get(2);
            assertThat(logged.responseCode()).isEqualTo(429);
            assertThat(logged.flags()).containsExactly(ResponseFlag.RATE_LIMITED);
            assertThat(logged.details()).isEqualTo("local_rate_limited");
        }
    }

    @Test
    void limitComesBeforeRoutesAndCountsPreflights() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(snapshot(upstream, Limits.of("two", Limits.perHour(2, 2))));
                TestClient client = proxy.client()) {
            assertThat(client.get("unknown.test", "/").status()).isEqualTo(404);
            assertThat(client.request("OPTIONS", "app.test", "/", "", "origin: https://a.test")
                            .status())
                    .isEqualTo(200);
            assertThat(client.get("unknown.test", "/").status()).isEqualTo(429);
        }
    }

    @Test
    void grpcCallersGetTheirOwnKindOfAnswer() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(snapshot(upstream, Limits.of("one", Limits.perHour(1, 1))));
                TestClient client = proxy.client()) {
            client.get("app.test", "/");
            HttpMessage refused = client.post("app.test", "/", "", "content-type: application/grpc");
            assertThat(refused.status()).isEqualTo(200);
            assertThat(refused.field("grpc-status")).isEqualTo("14");
            assertThat(refused.field("grpc-message")).isEqualTo("local_rate_limited");
        }
    }

    @Test
    void shadowCountsAndTellsNobody() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy =
                        new TestProxy(snapshot(upstream, Limits.shadow(Limits.of("one", Limits.perHour(1, 1)))));
                TestClient client = proxy.client()) {
            for (int i = 0; i < 3; i++) {
                HttpMessage answer = client.get("app.test", "/");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.field("x-ratelimit-limit")).isNull();
            }
            assertThat(proxy.log().await(3))
                    .allSatisfy(each -> assertThat(each.flags()).isEmpty());
            assertThat(proxy.server().rateLimiters().stats())
                    .containsEntry("default/api/one.http_local_rate_limit.enabled", 3L)
                    .containsEntry("default/api/one.http_local_rate_limit.ok", 1L)
                    .containsEntry("default/api/one.http_local_rate_limit.rate_limited", 2L)
                    .containsEntry("default/api/one.http_local_rate_limit.enforced", 0L);
        }
    }

    @Test
    void callersAreToldApartByTheirKeys() throws IOException {
        RateLimit perUser = Limits.of(
                "user", Limits.perHour(1, 1), new RateLimitKey.Header("x-user"), new RateLimitKey.ClientAddress());
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(snapshot(upstream, perUser));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/", "x-user: a").status()).isEqualTo(200);
            assertThat(client.get("app.test", "/", "x-user: b").status()).isEqualTo(200);
            assertThat(client.get("app.test", "/", "x-user: a").status()).isEqualTo(429);
            // What a client says of its own address is not believed at the edge.
            assertThat(client.get("app.test", "/", "x-user: a", "x-forwarded-for: 192.0.2.9")
                            .status())
                    .isEqualTo(429);
            assertThat(client.get("app.test", "/").status())
                    .as("counted by no key")
                    .isEqualTo(200);
        }
    }

    @Test
    void publishingAgainFillsNoBucket() throws IOException {
        RateLimit one = Limits.of("one", Limits.perHour(1, 1));
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(snapshot(upstream, one));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").status()).isEqualTo(200);
            proxy.server().installer().install(snapshot(upstream, one));
            assertThat(client.get("app.test", "/").status()).isEqualTo(429);
            proxy.server().installer().install(snapshot(upstream));
            assertThat(client.get("app.test", "/").status()).isEqualTo(200);
        }
    }

    /** All event loops draw on one limit: what passes is the burst and what came while it lasted, within 1 %. */
    @Test
    void holdsWithinOnePercentOverAllEventLoops() throws Exception {
        long perSecond = 400;
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(
                        snapshot(upstream, Limits.of("rate", Limits.perSecond(perSecond, perSecond))), 2)) {
            AtomicInteger passed = new AtomicInteger();
            AtomicInteger offered = new AtomicInteger();
            long begin = System.nanoTime();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(new Thread(() -> offer(proxy, begin + 2 * Limits.SECOND, passed, offered)));
            }
            clients.forEach(Thread::start);
            for (Thread each : clients) {
                each.join();
            }
            double allowed = perSecond + perSecond * (System.nanoTime() - begin) / (double) Limits.SECOND;
            assertThat((double) passed.get()).isLessThanOrEqualTo(allowed);
            if (offered.get() > 2 * allowed) {
                double least = perSecond + perSecond * 2;
                assertThat((double) passed.get()).isGreaterThanOrEqualTo(least * 0.99);
            }
        }
    }

    private static void offer(TestProxy proxy, long until, AtomicInteger passed, AtomicInteger offered) {
        try (TestClient client = proxy.client()) {
            while (System.nanoTime() - until < 0) {
                offered.incrementAndGet();
                if (client.get("app.test", "/").status() == 200) {
                    passed.incrementAndGet();
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
