package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.ApplyReport;
import weft.log.BundleDraft;
import weft.log.ProxyRoster;
import weft.log.PublishResult;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.TrustedKeys;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.routing.snapshot.ProxySnapshot;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;
import weft.schema.Verdict;

class ControlPlaneTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private final TopicNames names = TestBroker.freshTopics();
    private final WireCodec codec = WireCodec.withLocalSchemas();
    /* Written by the rule loader. */
    private volatile ProxySnapshot active = ProxySnapshot.empty(HostTable.IDENTITY);
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T opened(T client) {
        opened.add(client);
        return client;
    }

    private RulePublisher publisher(TestBroker broker) {
        return opened(RulePublisher.open(broker.clientProperties(), names, codec, "test", DEADLINE));
    }

    private ControlPlane proxy(Map<String, Object> kafka, @Nullable Path data) {
        return proxy(kafka, data, TrustedKeys.NONE);
    }

    private ControlPlane proxy(Map<String, Object> kafka, @Nullable Path data, TrustedKeys trusted) {
        ProxyInstance instance = ProxyInstance.current("1", "127.0.0.1:15000", InstantSource.system());
        SnapshotApplier applier = next -> {
            active = next;
            return List.of();
        };
        ControlPlane plane = new ControlPlane(
                new ControlPlane.Settings(kafka, names, data, false, trusted),
                HostTable.IDENTITY,
                instance,
                new HostTable(),
                applier);
        plane.start();
        return opened(plane);
    }

    /** A bundle that a proxy does not count is told with its reason at once, not waited for. */
    @Test
    void aSkippedBundleIsToldWithItsReason() throws Exception {
        TestBroker broker = TestBroker.shared();
        RulePublisher publisher = publisher(broker);
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path trusted = Files.writeString(
                folder.resolve("team.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        ControlPlane proxy = proxy(broker.clientProperties(), null, TrustedKeys.load(trusted));
        await().until(proxy::isReady);
        ProxyRoster roster = rosterWithProxy(broker);
        PublishResult result = publisher.publish(services("a", "unsigned"));
        ApplyReport report = roster.awaitApplied(result.revision(), result.commitOffset(), DEADLINE, answer -> {});
        assertThat(report.nanos()).isLessThan(DEADLINE.toNanos());
        assertThat(report.answers()).singleElement().satisfies(answer -> {
            assertThat(answer.outcome()).isEqualTo(ApplyReport.Outcome.SKIPPED);
            assertThat(answer.skip()).isNotNull().extracting(Rejection::getText).isEqualTo("bundle 1 is not signed");
        });
        assertThat(roster.awaitApplied(result.revision(), Duration.ofMillis(1), answer -> {})
                        .answers())
                .singleElement()
                .satisfies(answer -> assertThat(answer.skip()).isNotNull());
    }

    private ProxyRoster roster(TestBroker broker) {
        return opened(ProxyRoster.open(broker.clientProperties(), names, codec, DEADLINE));
    }

    private ProxyRoster rosterWithProxy(TestBroker broker) {
        ProxyRoster roster = roster(broker);
        await().until(() -> {
            roster.refresh();
            return !roster.live().isEmpty();
        });
        return roster;
    }

    private static BundleDraft services(String name, String host) {
        return BundleDraft.upserting(List.of(virtualService(name, host)));
    }

    @Test
    void anAppliedBundleIsServedAndReported() throws Exception {
        TestBroker broker = TestBroker.shared();
        RulePublisher publisher = publisher(broker);
        ControlPlane proxy = proxy(broker.clientProperties(), null);
        await().until(proxy::isReady);
        ProxyRoster roster = rosterWithProxy(broker);

        for (int round = 1; round <= 5; round++) {
            PublishResult result = publisher.publish(services("a", "round" + round));
            ApplyReport report = roster.awaitApplied(result.revision(), DEADLINE, answer -> {});
            assertThat(report.isApplied()).isTrue();
            assertThat(report.answers()).hasSize(1);
            assertThat(active.tableHash()).isEqualTo("{a=[round" + round + "]}");
            assertThat(active.position().offset()).isEqualTo(result.commitOffset());
        }
        ProxyStatus status = roster.live().get(0);
        assertThat(status.getTableHash()).isEqualTo("{a=[round5]}");
        assertThat(status.getAdminAddress()).isEqualTo("127.0.0.1:15000");
        assertThat(status.getStateDigest().remaining()).isEqualTo(32);

        proxy.close();
        roster.refresh();
        assertThat(roster.live()).isEmpty();
        assertThat(roster.all()).extracting(ProxyStatus::getVerdict).containsExactly(Verdict.LEFT);
    }

    @Test
    void aRejectedRuleKeepsItsLastGoodVersionAndHurtsOnlyItself() {
        TestBroker broker = TestBroker.shared();
        RulePublisher publisher = publisher(broker);
        ControlPlane proxy = proxy(broker.clientProperties(), folder);
        await().until(proxy::isReady);
        ProxyRoster roster = rosterWithProxy(broker);
        publisher.publish(services("a", "good"));
        for (String poison : List.of("refused", "explode")) {
            PublishResult result = publisher.publish(
                    BundleDraft.upserting(List.of(virtualService("a", poison), virtualService("b", poison + "-too"))));
            ApplyReport report = roster.awaitApplied(result.revision(), DEADLINE, answer -> {});

            assertThat(report.with(ApplyReport.Outcome.REJECTED)).hasSize(1);
            assertThat(report.answers().get(0).status().getRejections())
                    .extracting(Rejection::getKey)
                    .containsExactly("VirtualService/default/a");
            assertThat(active.tableHash()).isEqualTo("{a=[good], b=[" + poison + "-too]}");
        }
        await().until(() -> proxy.state().verdict() == Verdict.NACK);
        PublishResult healed = publisher.publish(services("a", "better"));
        assertThat(roster.awaitApplied(healed.revision(), DEADLINE, answer -> {})
                        .isApplied())
                .isTrue();
        assertThat(active.tableHash()).isEqualTo("{a=[better], b=[explode-too]}");
    }

    @Test
    void withoutKafkaTheLastGoodRulesAreServedFromDiskAcrossARestart() throws Exception {
        try (TestBroker broker = TestBroker.create()) {
            RulePublisher publisher = publisher(broker);
            ControlPlane first = proxy(broker.clientProperties(), folder);
            publisher.publish(services("a", "good"));
            publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "refused"), virtualService("b", "b"))));
            await().until(() -> first.state().revision() == 2);
            first.close();
            broker.stop();
            active = ProxySnapshot.empty(HostTable.IDENTITY);

            ControlPlane second = proxy(broker.clientProperties(), folder);
            await().atMost(Duration.ofSeconds(2)).until(second::isReady);
            assertThat(second.state().verdict()).isEqualTo(Verdict.WARM);
            assertThat(second.state().revision()).isEqualTo(2);
            assertThat(active.tableHash()).isEqualTo("{a=[good], b=[b]}");

            broker.start();
            await().atMost(DEADLINE).until(() -> second.state().verdict() == Verdict.NACK);
            publisher.publish(BundleDraft.deleting(List.of(key("a"))));
            await().atMost(DEADLINE).until(() -> second.state().revision() == 3);
            assertThat(second.state().verdict()).isEqualTo(Verdict.ACK);
            assertThat(active.tableHash()).isEqualTo("{b=[b]}");
        }
    }

    @Test
    void rulesReachTheProxyAgainAfterTheBrokerWasAway() throws Exception {
        try (TestBroker broker = TestBroker.create()) {
            RulePublisher publisher = publisher(broker);
            ControlPlane proxy = proxy(broker.clientProperties(), null);
            publisher.publish(services("a", "before"));
            await().until(() -> proxy.state().revision() == 1);
            broker.stop();
            assertThat(proxy.isReady()).isTrue();
            broker.start();
            PublishResult result = publisher.publish(services("a", "after"));
            ProxyRoster roster = roster(broker);
            assertThat(roster.awaitApplied(result.revision(), DEADLINE, answer -> {})
                            .isApplied())
                    .isTrue();
            assertThat(active.tableHash()).isEqualTo("{a=[after]}");
        }
    }

    @Test
    void aProxyStartedWithoutAnyKafkaWaitsAndStopsWhenTold() throws Exception {
        ControlPlane proxy = proxy(Map.of("bootstrap.servers", "127.0.0.1:1"), folder);
        assertThat(proxy.isReady()).isFalse();
        assertThat(proxy.state().verdict()).isEqualTo(Verdict.STARTING);
        long start = System.nanoTime();
        proxy.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
}
