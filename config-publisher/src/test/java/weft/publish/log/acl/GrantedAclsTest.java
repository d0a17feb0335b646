package weft.publish.log.acl;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.internals.PluginMetricsImpl;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.junit.jupiter.api.Test;
import weft.log.TopicNames;

class GrantedAclsTest {
    private static final int ROUNDS = 2_000;
    private static final List<AclOperation> OPERATIONS = List.of(
            AclOperation.ALL,
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.CREATE,
            AclOperation.DELETE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS);
    private static final List<String> PRINCIPALS = List.of("User:ann", "User:bob", GrantedAcls.EVERYBODY);
    private static final List<String> TOPICS = List.of("weft.rules", "weft.", "weft", "other", "*");

    private static <T> T any(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static AclBinding acl(String principal, String topic, AclOperation operation) {
        return acl(principal, PatternType.LITERAL, topic, operation, AclPermissionType.ALLOW);
    }

    private static AclBinding acl(
            String principal, PatternType pattern, String topic, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, pattern),
                new AccessControlEntry(principal, "*", operation, permission));
    }

    @Test
    void allowsWhatKafkasAuthorizerAllows() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int allowed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<AclBinding> acls = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                acls.add(acl(
                        any(random, PRINCIPALS),
                        any(random, List.of(PatternType.LITERAL, PatternType.PREFIXED)),
                        any(random, TOPICS),
                        any(random, OPERATIONS),
                        random.nextInt(4) == 0 ? AclPermissionType.DENY : AclPermissionType.ALLOW));
            }
            Grant asked = Grant.topic("weft.rules", any(random, OPERATIONS.subList(1, OPERATIONS.size())), "");
            boolean isAllowed = new GrantedAcls(acls).allows("User:ann", asked);
            assertThat(isAllowed).as("seed %d: %s %s", seed, acls, asked).isEqualTo(kafkaAllows(acls, "ann", asked));
            allowed += isAllowed ? 1 : 0;
        }
        assertThat(allowed).as("seed %d", seed).isBetween(ROUNDS / 50, ROUNDS / 2);
    }

    private static boolean kafkaAllows(List<AclBinding> acls, String user, Grant asked) throws Exception {
        try (Metrics metrics = new Metrics();
                PluginMetricsImpl told = new PluginMetricsImpl(metrics, Map.of());
                StandardAuthorizer authorizer = new StandardAuthorizer()) {
            authorizer.configure(Map.of());
            authorizer.withPluginMetrics(told);
            Set.copyOf(acls).forEach(acl -> authorizer.addAcl(Uuid.randomUuid(), StandardAcl.fromAclBinding(acl)));
            authorizer.completeInitialLoad();
            Action action = new Action(asked.operation(), asked.resource(), 1, true, true);
            return authorizer
                    .authorize(new Caller(user), List.of(action))
                    .get(0)
                    .equals(AuthorizationResult.ALLOWED);
        }
    }

    /** A request of a user. */
    private record Caller(String user) implements AuthorizableRequestContext {
        @Override
        public String listenerName() {
            return "SASL";
        }

        @Override
        public SecurityProtocol securityProtocol() {
            return SecurityProtocol.SASL_SSL;
        }

        @Override
        public KafkaPrincipal principal() {
            return new KafkaPrincipal(KafkaPrincipal.USER_TYPE, user);
        }

        @Override
        public InetAddress clientAddress() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public int requestType() {
            return 0;
        }

        @Override
        public int requestVersion() {
            return 0;
        }

        @Override
        public String clientId() {
            return "";
        }

        @Override
        public int correlationId() {
            return 0;
        }
    }

    @Test
    void whoeverMayChangeRulesIsFoundHoweverItWasGiven() {
        ResourcePattern rules = new ResourcePattern(ResourceType.TOPIC, "weft.rules", PatternType.LITERAL);
        GrantedAcls granted = new GrantedAcls(List.of(
                acl("User:reader", "weft.rules", AclOperation.READ),
                acl("User:writer", "weft.rules", AclOperation.WRITE),
                acl("User:admin", PatternType.PREFIXED, "we", AclOperation.ALL, AclPermissionType.ALLOW),
                acl("User:trimmer", "*", AclOperation.DELETE),
                acl("User:elsewhere", "weft.metrics", AclOperation.WRITE),
                acl("User:former", "weft.rules", AclOperation.WRITE),
                acl("User:former", PatternType.LITERAL, "*", AclOperation.WRITE, AclPermissionType.DENY)));
        assertThat(granted.changers(rules)).containsOnlyKeys("User:admin", "User:trimmer", "User:writer");
    }

    @Test
    void noRoleButPublishersMayWriteWhereOnlyPublishersMay() {
        AclPlan plan = new AclPlan(TopicNames.DEFAULT);
        for (MeshRole role : MeshRole.values()) {
            boolean writes = plan.of(role).stream()
                    .anyMatch(grant -> plan.publishersAlone().contains(grant.resource())
                            && grant.operation() == AclOperation.WRITE);
            assertThat(writes).as(role.word()).isEqualTo(role == MeshRole.PUBLISHER);
            assertThat(plan.of(role)).doesNotHaveDuplicates();
        }
    }
}
