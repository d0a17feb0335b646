package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.log.testing.TestRules.virtualService;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import weft.log.BundleDraft;
import weft.log.MeshTopics;
import weft.log.ProxyRoster;
import weft.log.RulePublisher;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.TrustedKeys;
import weft.log.WireCodec;
import weft.log.testing.RecordingAuthorizer;
import weft.log.testing.SecuredBroker;
import weft.log.testing.TestBroker;
import weft.log.testing.TestCertificates;
import weft.routing.snapshot.ProxySnapshot;
import weft.schema.ProxyStatus;
import weft.schema.Verdict;

/** A proxy from which Kafka takes what it had: it serves on, says so, does not hammer, and is back when it is given again. */
class DeniedProxyTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    /** Long enough to tell a storm, which is thousands, from a few attempts that grow apart. */
    private static final Duration WATCHED = Duration.ofSeconds(2);

    private static final double FEW = 40;

    private static SecuredBroker broker;

    private final TopicNames names = TestBroker.freshTopics();
    private final String user = names.prefix() + "-proxy";
    private final List<AutoCloseable> opened = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // made with the proxy
    private RulePublisher publisher;

    /* Written by the rule loader. */
    private volatile ProxySnapshot active = ProxySnapshot.empty(HostTable.IDENTITY);

    @BeforeAll
    static void start() {
        // Who is connected has to prove anew every two seconds who he is.
        broker = SecuredBroker.create(
                new TestCertificates("authority"),
                Map.of("listener.name.sasl.scram-sha-512.connections.max.reauth.ms", "2000"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private <T extends AutoCloseable> T opened(T client) {
        opened.add(client);
        return client;
    }

    /** What a proxy without shared limits or health checks touches. */
    private Collection<AclBinding> acls() {
        return List.of(
                acl(names.rules(), AclOperation.READ),
                acl(names.schemas(), AclOperation.READ),
                acl(names.schemas(), AclOperation.WRITE),
                acl(names.workloads(), AclOperation.READ),
                acl(names.proxies(), AclOperation.WRITE));
    }

    private AclBinding acl(String topic, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
    }

    private ControlPlane servingProxy() throws Exception {
        new TopicAdmin(broker.superUser(), DEADLINE).ensure(new MeshTopics(names).all());
        publisher =
                opened(RulePublisher.open(broker.superUser(), names, WireCodec.withLocalSchemas(), "test", DEADLINE));
        Map<String, Object> kafka = broker.scramUser(user);
        broker.grant(acls());
        ControlPlane proxy = new ControlPlane(
                new ControlPlane.Settings(kafka, names, null, false, TrustedKeys.NONE),
                HostTable.IDENTITY,
                ProxyInstance.current("1", "127.0.0.1:15000", InstantSource.system()),
                new HostTable(),
                next -> {
                    active = next;
                    return List.of();
                });
        proxy.start();
        opened(proxy);
        publish("one");
        awaitServed("one");
        await().atMost(DEADLINE).until(() -> proxy.state().verdict() == Verdict.ACK);
        return proxy;
    }

    private void publish(String host) {
        publisher.publish(BundleDraft.upserting(List.of(virtualService("a", host))));
    }

    private void awaitServed(String host) {
        await().atMost(DEADLINE).until(() -> active.tableHash().equals("{a=[" + host + "]}"));
    }

    /** A fetch under way was allowed when it began: each bundle ends one, and the next is refused. */
    private String awaitDenied(ControlPlane proxy) {
        int[] round = {0};
        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(200)).until(() -> {
            publish("late" + round[0]++);
            return proxy.state().verdict() == Verdict.DEGRADED;
        });
        assertThat(proxy.isReady()).isTrue();
        publish("missed");
        return active.tableHash();
    }

    /** What happens of something that is counted while nothing changes. */
    private static double whileWatched(Callable<Number> count) throws Exception {
        Thread.sleep(WATCHED.toMillis() / 2); // the first attempts follow one another closely
        double before = count.call().doubleValue();
        Thread.sleep(WATCHED.toMillis());
        double happened = count.call().doubleValue() - before;
        System.out.println("attempts in " + WATCHED + ": " + happened);
        return happened;
    }

    private void awaitBack(ControlPlane proxy) {
        publish("back");
        awaitServed("back");
        await().atMost(DEADLINE).until(() -> proxy.state().verdict() == Verdict.ACK);
        assertThat(proxy.state().detail()).isEmpty();
    }

    @Test
    void aProxyThatMayNotReadServesOnSaysSoAndComesBack() throws Exception {
        ControlPlane proxy = servingProxy();
        Collection<AclBinding> reading =
                List.of(acl(names.rules(), AclOperation.READ), acl(names.workloads(), AclOperation.READ));
        broker.revoke(reading);
        String served = awaitDenied(proxy);
        assertThat(proxy.state().detail())
                .isEqualTo("Kafka at " + broker.saslAddress() + " denies User:" + user + " topic " + names.rules());

        ProxyRoster roster =
                opened(ProxyRoster.open(broker.superUser(), names, WireCodec.withLocalSchemas(), DEADLINE));
        await().atMost(DEADLINE).until(() -> {
            roster.refresh();
            return roster.live().stream().map(ProxyStatus::getVerdict).toList().equals(List.of(Verdict.DEGRADED));
        });
        assertThat(active.tableHash()).isEqualTo(served);
        broker.grant(reading);
        awaitBack(proxy);
    }

    @Test
    void aProxyWithoutAnyAclDoesNotHammer() throws Exception {
        ControlPlane proxy = servingProxy();
        broker.revoke(acls());
        String served = awaitDenied(proxy);
        assertThat(whileWatched(RecordingAuthorizer::denials)).isBetween(1.0, FEW);
        assertThat(active.tableHash()).isEqualTo(served);
        broker.grant(acls());
        awaitBack(proxy);
    }

    @Test
    void aProxyWhosePasswordWasTakenDoesNotHammerEither() throws Exception {
        ControlPlane proxy = servingProxy();
        broker.revokeUser(user);
        String served = awaitDenied(proxy);
        assertThat(proxy.state().detail())
                .startsWith("Kafka at " + broker.saslAddress() + " and this client (User:" + user
                        + ") do not trust each other: Authentication failed")
                .doesNotContain("secret");
        assertThat(whileWatched(broker::failedLogins)).isBetween(1.0, FEW);
        assertThat(active.tableHash()).isEqualTo(served);
        broker.scramUser(user);
        awaitBack(proxy);
    }
}
