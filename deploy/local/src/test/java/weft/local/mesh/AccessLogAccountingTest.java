package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.TopicNames;
import weft.log.testing.TestBroker;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.telemetry.Telemetry;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.ProxyIdentity;
import weft.sink.Aggregator;
import weft.sink.SinkSettings;
import weft.sink.query.SinkStores.NotReadyException;
import weft.sink.query.TrafficReport;
import weft.sink.traffic.TrafficTopology;

/** The accounting law: requests that ended = entries the aggregator counted + drops that proxies told of. */
class AccessLogAccountingTest {
    private static final int PROXIES = 3;
    /** Offered faster than they can be shipped: queues overflow. */
    private static final int REQUESTS = 120_000;

    @TempDir
    Path folder;

    @Test
    void requestsEqualEntriesCountedPlusDropsTold() throws InterruptedException {
        TopicNames topics = TestBroker.freshTopics();
        SinkSettings settings = new SinkSettings(
                TestBroker.shared().clientProperties(),
                topics,
                topics.prefix() + "-sink",
                folder,
                1,
                new TrafficTopology.Settings(1_000, 3_600_000, false),
                new InetSocketAddress("127.0.0.1", 0));
        Aggregator.prepare(settings);
        try (Aggregator aggregator = new Aggregator(settings)) {
            aggregator.start();
            List<Thread> proxies = new ArrayList<>();
            for (int i = 0; i < PROXIES; i++) {
                String id = "proxy-" + i;
                Thread proxy = new Thread(() -> serve(id, topics));
                proxies.add(proxy);
                proxy.start();
            }
            for (Thread proxy : proxies) {
                proxy.join();
            }
            long all = (long) PROXIES * REQUESTS;
            await().atMost(Duration.ofSeconds(120)).untilAsserted(() -> {
                TrafficReport.Accounting accounting = accounting(aggregator);
                assertThat(accounting.entries()).isEqualTo(all);
                assertThat(accounting.counted() + accounting.dropped()).isEqualTo(all);
            });
        }
    }

    private static TrafficReport.Accounting accounting(Aggregator aggregator) {
        try {
            return TrafficReport.accounting(aggregator);
        } catch (NotReadyException e) {
            return new TrafficReport.Accounting(-1, -1, -1);
        }
    }

    private static void serve(String id, TopicNames topics) {
        ProxyIdentity identity =
                new ProxyIdentity(id, "default", Map.of("app", id), "", id, id, ProxyIdentity.Mode.SIDECAR, List.of());
        Telemetry telemetry =
                Telemetry.start(identity, id + "-boot", TestBroker.shared().clientProperties(), topics);
        for (int i = 0; i < REQUESTS; i++) {
            telemetry.accessLog().finished(request(i % 10 == 0 ? 503 : 200));
        }
        telemetry.close(Duration.ofSeconds(60));
    }

    private static FinishedRequest request(int code) {
        return new FinishedRequest(
                false,
                1,
                System.currentTimeMillis() * 1_000,
                1_000_000,
                900_000,
                "GET",
                "reviews:9080",
                "/reviews/0",
                "HTTP/1.1",
                code,
                EnumSet.noneOf(ResponseFlag.class),
                "via_upstream",
                0,
                100,
                null,
                null,
                "outbound|9080||reviews.default.svc.cluster.local",
                null,
                "",
                -1,
                1,
                -1,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of());
    }
}
