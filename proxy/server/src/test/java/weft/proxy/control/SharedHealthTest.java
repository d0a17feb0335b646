package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.host;
import static weft.proxy.testing.Snapshots.name;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.RecordDecoder;
import weft.log.SchemaLog;
import weft.log.TableReader;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.Unhealthy;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.routing.snapshot.ProxySnapshot;
import weft.schema.HealthReport;

/** Three proxies that share a health check over a real broker. */
class SharedHealthTest {
    private static final String WELL = TestUpstream.ok("");
    private static final String SICK = "HTTP/1.1 500 Sick\r\ncontent-length: 0\r\n\r\n";
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final TopicNames names = TestBroker.freshTopics();
    private final AtomicReference<String> health = new AtomicReference<>(WELL);
    private final List<Member> members = new ArrayList<>();

    /** A proxy and its end of the topic. */
    private record Member(TestProxy proxy, HealthExchange exchange) {
        boolean isFailed() {
            return Objects.requireNonNull(
                            proxy.server().dataPlane().serving().clusters().get(name("v1")))
                    .endpoints()
                    .get(0)
                    .is(Unhealthy.FAILED_CHECK);
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Member member : members) {
            leave(member);
        }
    }

    private static void leave(Member member) throws InterruptedException {
        member.proxy().close();
        member.exchange().close();
    }

    /** Nothing goes out any more, as of a process that is gone. */
    private static void die(Member member) throws InterruptedException {
        member.exchange().close();
        member.proxy().close();
    }

    private static ProxySnapshot rules(TestUpstream upstream) {
        Cluster plain = cluster("v1", upstream.endpoint());
        HealthCheck check = new HealthCheck(
                new HealthProbe.Http(
                        "GET", "/healthz", "app.test", List.of(StatusRange.OK), List.of(), Map.of("b", "1", "a", "2")),
                50,
                1_000,
                2,
                2,
                0,
                true);
        return Snapshots.of(
                Snapshots.GATEWAY,
                1,
                host(Action.to("v1").forward()),
                new Cluster(
                        plain.name(),
                        plain.service(),
                        plain.namespace(),
                        plain.port(),
                        plain.subset(),
                        plain.discovery(),
                        plain.endpoints(),
                        plain.loadBalancing(),
                        plain.connectionPool(),
                        plain.outlierDetection(),
                        check));
    }

    private Member join(String id, ProxySnapshot rules, Map<String, Object> kafka) {
        HealthExchange exchange = new HealthExchange(kafka, names, id, InstantSource.system());
        Member member = new Member(new TestProxy(rules, exchange), exchange);
        members.add(member);
        return member;
    }

    private TestUpstream upstream() throws IOException {
        return TestUpstream.answering(request -> Objects.requireNonNull(health.get()));
    }

    private String key(Map<String, Object> kafka) throws InterruptedException {
        WireCodec codec = WireCodec.withLocalSchemas();
        RecordDecoder decoder = new RecordDecoder(codec, new SchemaLog(kafka, names, codec, Duration.ofSeconds(5)));
        List<String> keys = new ArrayList<>();
        try (TableReader<HealthReport> reader = new TableReader<>(kafka, names.health(), decoder, HealthReport.class)) {
            while (keys.isEmpty()) {
                reader.poll(Duration.ofMillis(200), (key, report, timestamp) -> keys.add(key));
            }
        }
        return keys.get(0);
    }

    private Member prober(String key) {
        List<Member> holders =
                members.stream().filter(member -> member.exchange().holds(key)).toList();
        assertThat(holders).hasSize(1);
        return holders.get(0);
    }

    @Test
    void oneProbesForAllAndAnotherTakesOverWhenItDiesOrLeaves() throws Exception {
        Map<String, Object> kafka = TestBroker.shared().clientProperties();
        try (TestUpstream upstream = upstream()) {
            ProxySnapshot rules = rules(upstream);
            for (String id : List.of("one", "two", "three")) {
                join(id, rules, kafka);
            }
            await().atMost(DEADLINE).until(() -> members.stream().noneMatch(Member::isFailed));
            String key = key(kafka);
            // Whoever probed before the first report got around keeps a connection no longer than that.
            await().atMost(DEADLINE).until(() -> upstream.openConnections() == 1);
            await().atMost(DEADLINE)
                    .until(() -> members.stream()
                            .anyMatch(member -> member.exchange().holds(key)));
            Member first = prober(key);
            int connections = upstream.connections();
            int probes = upstream.requests().size();
            await().atMost(DEADLINE).until(() -> upstream.requests().size() >= probes + 15);
            assertThat(upstream.connections()).as("nobody else probed").isEqualTo(connections);

            health.set(SICK);
            await().atMost(DEADLINE).until(() -> members.stream().allMatch(Member::isFailed));

            members.remove(first);
            die(first);
            health.set(WELL);
            await().atMost(DEADLINE).until(() -> members.stream().noneMatch(Member::isFailed));
            await().atMost(DEADLINE)
                    .until(() -> members.stream()
                            .anyMatch(member -> member.exchange().holds(key)));
            Member second = prober(key);

            members.remove(second);
            leave(second);
            health.set(SICK);
            await().atMost(DEADLINE).until(() -> members.get(0).isFailed());
            await().atMost(DEADLINE).until(() -> members.get(0).exchange().holds(key));
        }
    }

    @Test
    void withoutKafkaEveryProxyProbesForItself() throws Exception {
        try (TestUpstream upstream = upstream()) {
            ProxySnapshot rules = rules(upstream);
            for (String id : List.of("one", "two")) {
                join(id, rules, Map.of("bootstrap.servers", "127.0.0.1:1"));
            }
            await().atMost(DEADLINE).until(() -> members.stream().noneMatch(Member::isFailed));
            assertThat(upstream.openConnections()).isEqualTo(2);
            health.set(SICK);
            await().atMost(DEADLINE).until(() -> members.stream().allMatch(Member::isFailed));
        }
    }
}
