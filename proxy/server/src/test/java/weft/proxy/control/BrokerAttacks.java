package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static weft.log.testing.TestRules.virtualService;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import weft.log.BundleDraft;
import weft.log.KafkaClients;
import weft.log.MeshTopics;
import weft.log.RulePublisher;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.SecuredBroker;
import weft.log.testing.TestBroker;
import weft.log.testing.TestCertificates;
import weft.proxy.control.AttackedMesh.Proxy;
import weft.schema.Verdict;

/** The attacks that TLS and ACLs are there for. Confined to the test's thread. */
final class BrokerAttacks {
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final String USER = "sidecar";

    private BrokerAttacks() {}

    /** Somebody sits where the broker was, with rules of his own: under another authority, or with another host's certificate. */
    static void impostors(AttackedMesh mesh) throws Exception {
        TestCertificates authority = new TestCertificates("authority");
        Map<String, String> elsewhere = new HashMap<>();
        authority
                .identity("broker", "10.9.9.9")
                .forEach((key, value) -> elsewhere.put("listener.name.sasl." + key, value));
        try (SecuredBroker forged = SecuredBroker.create(new TestCertificates("forger"));
                SecuredBroker stolen = SecuredBroker.create(authority, elsewhere)) {
            Map<String, Object> careless = lure(mesh, forged);
            Map<String, Object> careful = KafkaClients.with(careless, Map.copyOf(authority.trust()));
            Map<String, Object> robbed = KafkaClients.with(lure(mesh, stolen), Map.of());

            Proxy fool = mesh.proxy(careless);
            Proxy wary = mesh.proxy(careful);
            Proxy exact = mesh.proxy(robbed);
            fool.awaitTable("{a=[stolen]}"); // else nothing would be shown by the others' not being taken in
            for (Proxy each : List.of(wary, exact)) {
                await().atMost(AttackedMesh.PATIENCE)
                        .until(() -> each.loader.state().verdict() == Verdict.DEGRADED);
                assertThat(each.loader.state().detail()).contains("do not trust each other");
                assertThat(each.tables).isEmpty();
            }
            assertThat(wary.loader.state().detail()).contains("certification path");
            assertThat(exact.loader.state().detail()).contains("subject alternative");
            assertThat(forged.failedLogins() + stolen.failedLogins()).isPositive();

            Map<String, Object> downgraded = KafkaClients.with(careful, Map.copyOf(forged.superUser()));
            try (Admin admin = KafkaClients.admin(downgraded, SHORT)) { // a plaintext listener
                assertThatThrownBy(
                                () -> KafkaClients.await(admin.describeCluster().nodes(), downgraded, SHORT))
                        .isInstanceOf(RuntimeException.class);
            }
        }
    }

    /** The rules of an impostor, and what a client needs that believes him. */
    private static Map<String, Object> lure(AttackedMesh mesh, SecuredBroker impostor) throws Exception {
        try (RulePublisher publisher = RulePublisher.open(
                impostor.superUser(), mesh.names, WireCodec.withLocalSchemas(), "test", AttackedMesh.PATIENCE)) {
            publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "stolen"))));
        }
        Map<String, Object> client = impostor.scramUser(USER);
        impostor.grant(reading(mesh.names));
        return client;
    }

    private static Collection<AclBinding> reading(TopicNames names) {
        return List.of(reading(names.rules()), reading(names.schemas()));
    }

    private static AclBinding reading(String topic) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:" + USER, "*", AclOperation.READ, AclPermissionType.ALLOW));
    }

    /** A workload of one tenant reaches for the topics of another. */
    static void anotherTenantsTopics(AttackedMesh mesh) throws Exception {
        TopicNames neighbour = TestBroker.freshTopics();
        try (SecuredBroker broker = SecuredBroker.create(new TestCertificates("authority"))) {
            TopicAdmin admin = new TopicAdmin(broker.superUser(), AttackedMesh.PATIENCE);
            admin.ensure(new MeshTopics(mesh.names).all());
            admin.ensure(new MeshTopics(neighbour).all());
            Map<String, Object> client = broker.scramUser(USER);
            broker.grant(reading(mesh.names));
            try (KafkaConsumer<byte[], byte[]> consumer =
                            new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                    Admin lister = Admin.create(client)) {
                TopicPartition own = new TopicPartition(mesh.names.rules(), 0);
                consumer.assign(List.of(own));
                assertThat(consumer.endOffsets(List.of(own))).containsKey(own);
                for (var topic : new MeshTopics(neighbour).all()) {
                    TopicPartition theirs = new TopicPartition(topic.name(), 0);
                    consumer.assign(List.of(theirs));
                    consumer.seek(theirs, 0);
                    assertThatThrownBy(() -> consumer.poll(SHORT))
                            .isInstanceOfSatisfying(
                                    TopicAuthorizationException.class,
                                    e -> assertThat(e.unauthorizedTopics()).containsExactly(topic.name()));
                }
                assertThat(lister.listTopics().names().get())
                        .containsExactlyInAnyOrder(mesh.names.rules(), mesh.names.schemas());
            }
        }
    }
}
