package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.MeshTopics;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.testing.TestBroker;
import weft.proxy.ratelimit.RateLimitFilter;
import weft.proxy.ratelimit.RateLimitVerdict;
import weft.proxy.ratelimit.RateLimiters;
import weft.proxy.telemetry.Histogram;
import weft.proxy.telemetry.MetricSource;
import weft.routing.http.RequestHead;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimit.Quota;
import weft.routing.ratelimit.RateLimits;
import weft.routing.ratelimit.RateLimits.Bound;
import weft.rules.RuleKey;

/** Three proxies that share a limit over a real broker, which then goes away and comes back. */
class QuotaExchangeTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String LISTENER = "in";
    private static final int PER_SECOND = 200;
    private static final RateLimit LIMIT = new RateLimit(
            new RuleKey("RateLimitPolicy", "default", "api"),
            "all",
            List.of(),
            List.of(),
            new Quota(PER_SECOND, 1_000, 20),
            false,
            true,
            true);

    @TempDir
    private Path folder;

    /** One proxy and the requests it gets: some in every millisecond, if it is asked at all. */
    private static final class Proxy implements AutoCloseable {
        private final RateLimiters limiters = new RateLimiters(System::nanoTime, () -> 1);
        private final QuotaExchange exchange;
        private final RateLimitFilter filter;
        private final Thread clients = new Thread(this::ask);
        private final AtomicInteger passed = new AtomicInteger();
        private volatile boolean isAsked;
        private volatile boolean isOver;

        Proxy(String id, TestBroker broker, TopicNames names, Path folder) {
            exchange = new QuotaExchange(
                    broker.clientProperties(),
                    names,
                    id,
                    "boot-" + id,
                    limiters.share(),
                    folder.resolve(id),
                    InstantSource.system());
            filter = limiters.prepare(new RateLimits(
                    Map.of(LISTENER, List.of(new Bound(LIMIT, RateLimits.ANY_PORT, null))), false));
            exchange.start();
            clients.start();
        }

        private void ask() {
            RequestHead head = new RequestHead();
            try {
                while (!isOver) {
                    for (int i = 0; i < 2 && isAsked; i++) {
                        head.reset("GET", "http", "app.test", "/");
                        RateLimitVerdict verdict = filter.check(LISTENER, 80, head, "10.0.0.1", System.nanoTime());
                        passed.addAndGet(verdict != null && !verdict.isRefused() ? 1 : 0);
                    }
                    Thread.sleep(1);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        double share() {
            return value(limiters, "weft_rate_limit_share");
        }

        boolean isConnected() {
            return value(exchange.metrics(), "weft_quota_connected") == 1;
        }

        private static double value(MetricSource source, String name) {
            Map<String, Double> values = new TreeMap<>();
            source.collect(new MetricSource.Output() {
                @Override
                public void counter(String metric, String help, Map<String, String> labels, double value) {
                    values.put(metric, value);
                }

                @Override
                public void gauge(String metric, String help, Map<String, String> labels, double value) {
                    values.put(metric, value);
                }

                @Override
                public void histogram(
                        String metric, String help, Map<String, String> labels, Histogram.Values histogram) {}
            });
            return values.getOrDefault(name, Double.NaN);
        }

        @Override
        public void close() throws InterruptedException {
            isOver = true;
            clients.join();
            exchange.close();
        }
    }

    @Test
    void sharesFollowDemandAndFallBackWhileKafkaIsAway() throws Exception {
        TopicNames names = TestBroker.freshTopics();
        try (TestBroker broker = TestBroker.create()) {
            new TopicAdmin(broker.clientProperties(), DEADLINE).ensure(new MeshTopics(names).control());
            List<Proxy> proxies = new ArrayList<>();
            try {
                for (String id : List.of("a", "b", "c")) {
                    proxies.add(new Proxy(id, broker, names, folder));
                }
                Proxy asked = proxies.get(0);
                asked.isAsked = true;
                await().atMost(DEADLINE).until(() -> asked.share() > 0.98);
                assertThat(proxies).allMatch(Proxy::isConnected);
                assertRate(proxies, 1_000);

                proxies.get(1).isAsked = true;
                await().atMost(DEADLINE)
                        .until(() -> Math.abs(asked.share() - proxies.get(1).share()) < 0.01);
                assertRate(proxies, 1_000);

                broker.stop();
                await().atMost(DEADLINE)
                        .until(() -> proxies.stream()
                                .allMatch(each -> !each.isConnected() && Math.abs(each.share() - 1 / 3.0) < 1e-9));

                broker.start();
                await().atMost(DEADLINE).until(() -> asked.share() > 0.45 && asked.isConnected());
            } finally {
                for (Proxy each : proxies) {
                    each.close();
                }
            }
        }
    }

    /** What passes at all proxies while the demand stays as it is: the limit, and a token of each that came and went. */
    private static void assertRate(List<Proxy> proxies, long millis) throws InterruptedException {
        long begin = System.nanoTime();
        int before = proxies.stream().mapToInt(each -> each.passed.get()).sum();
        Thread.sleep(millis);
        int passed = proxies.stream().mapToInt(each -> each.passed.get()).sum() - before;
        double allowed = PER_SECOND * (System.nanoTime() - begin) / 1e9;
        assertThat((double) passed).isLessThanOrEqualTo(allowed * 1.02 + 20 + proxies.size());
    }
}
