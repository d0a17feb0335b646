package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.balanced;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.UpstreamProcess;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.LoadBalancing;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** One of three endpoints is killed under load, with 2,000 requests a second: what its clients notice. */
@Timeout(120)
class KilledEndpointTest {
    private static final int CLIENTS = 16;
    private static final int REQUESTS_BEFORE = 2_000;
    private static final int REQUESTS_AFTER = 4_000;
    private static final long NANOS_BETWEEN = 1_000_000_000L * CLIENTS / 2_000;

    @Test
    void withDefaultRetriesNoClientSeesAnErrorAfterTheFirstSecond() throws Exception {
        List<FinishedRequest> failed = failedAroundAKill(LbPolicy.LEAST_REQUEST, RetryPolicy.DEFAULT, 1_000_000);
        // A connection that the endpoint never took may die with the request on it, which nobody may send twice.
        assertThat(failed)
                .hasSizeLessThanOrEqualTo(CLIENTS)
                .allSatisfy(request ->
                        assertThat(request.flags()).containsExactly(ResponseFlag.UPSTREAM_CONNECTION_TERMINATION));
    }

    @Test
    void withRetriesOfResetsNoClientSeesAnErrorAtAll() throws Exception {
        RetryPolicy resets = new RetryPolicy(
                2, 0, Set.of(Condition.CONNECT_FAILURE, Condition.REFUSED_STREAM, Condition.RESET), Set.of(), 25, true);
        assertThat(failedAroundAKill(LbPolicy.ROUND_ROBIN, resets, 0).stream().map(KilledEndpointTest::words))
                .isEmpty();
    }

    private static List<FinishedRequest> failedAroundAKill(LbPolicy balancer, RetryPolicy retries, long graceMicros)
            throws Exception {
        try (UpstreamProcess first = new UpstreamProcess();
                UpstreamProcess second = new UpstreamProcess();
                UpstreamProcess third = new UpstreamProcess();
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(retries),
                        balanced(
                                cluster("v1", first.endpoint(), second.endpoint(), third.endpoint()),
                                LoadBalancing.of(balancer))))) {
            Load load = new Load(proxy);
            Awaitility.await().until(() -> load.sent.get() >= REQUESTS_BEFORE);
            second.kill();
            long killedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            int atKill = load.sent.get();
            Awaitility.await().until(() -> load.sent.get() >= atKill + REQUESTS_AFTER);
            load.stop();

            List<FinishedRequest> logged = proxy.log().await(load.sent.get());
            assertThat(logged.stream().filter(request -> request.attempts() > 1).count())
                    .as("requests that met the killed endpoint")
                    .isPositive();
            List<FinishedRequest> failed = logged.stream()
                    .filter(request -> request.responseCode() != 200)
                    .toList();
            assertThat(failed.stream()
                            .filter(request -> request.startMicros() > killedMicros + graceMicros)
                            .map(KilledEndpointTest::words))
                    .isEmpty();
            assertThat(load.failures).hasSize(failed.size());
            return failed;
        }
    }

    private static String words(FinishedRequest request) {
        return request.flags() + " " + request.details() + " after " + request.attempts();
    }

    /** Clients that each send a request every so often, whatever becomes of it. Thread-safe. */
    private static final class Load {
        private final AtomicInteger sent = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean isStopped;

        Load(TestProxy proxy) {
            for (int i = 0; i < CLIENTS; i++) {
                Thread thread = new Thread(() -> run(proxy), "client-" + i);
                thread.start();
                threads.add(thread);
            }
        }

        private void run(TestProxy proxy) {
            try (TestClient client = proxy.client()) {
                long next = System.nanoTime();
                while (!isStopped) {
                    int status = client.get("app.test", "/").status();
                    sent.incrementAndGet();
                    if (status != 200) {
                        failures.add("status " + status);
                    }
                    next += NANOS_BETWEEN;
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            } catch (IOException e) {
                failures.add(e.toString());
            }
        }

        void stop() throws InterruptedException {
            isStopped = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
