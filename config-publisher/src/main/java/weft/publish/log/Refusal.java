package weft.publish.log;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import weft.log.Denial;
import weft.log.KafkaClients;
import weft.log.KafkaUnreachableException;
import weft.publish.log.acl.AclPlan;
import weft.publish.log.acl.Grant;
import weft.publish.log.acl.MeshRole;

/**
 * What a user hears when Kafka denies something: to whom, and which ACLs of the plan are missing. Confined to the calling thread.
 *
 * <p>Kafka names the topic and not the operation, so it is asked which operations the client has there.
 */
public final class Refusal {
    private final MeshAddress mesh;
    private final MeshRole role;

    /** @param role that what was attempted belongs to */
    public Refusal(MeshAddress mesh, MeshRole role) {
        this.mesh = mesh;
        this.role = role;
    }

    /** One line; null when the failure is no denial. */
    public @Nullable String words(Throwable failure) {
        Denial denial = Denial.of(failure);
        if (denial == null) {
            return null;
        }
        List<String> missing = missing(denial);
        if (missing.isEmpty()) {
            return denial.words(mesh.kafka());
        }
        return denial.words(mesh.kafka(), String.join(", ", missing)) + "; what role " + role.word()
                + " needs is told by: weft check --acls";
    }

    private List<String> missing(Denial denial) {
        List<Grant> planned = new AclPlan(mesh.topics()).of(role);
        return switch (denial.kind()) {
            case CONNECTION, GROUP -> List.of();
            case TRANSACTIONAL_ID -> words(planned, ResourceType.TRANSACTIONAL_ID, Set.of());
            case TOPIC -> topics(denial, planned);
            case CLUSTER -> cluster();
        };
    }

    private static List<String> words(List<Grant> planned, ResourceType type, Set<AclOperation> present) {
        return planned.stream()
                .filter(grant -> grant.resource().resourceType() == type)
                .filter(grant -> !present.contains(grant.operation()))
                .map(grant -> grant.operationWord() + " on " + grant.resourceWords())
                .toList();
    }

    private List<String> topics(Denial denial, List<Grant> planned) {
        Map<String, List<Grant>> byTopic = planned.stream()
                .filter(grant -> grant.resource().resourceType() == ResourceType.TOPIC)
                .filter(grant -> denial.topics().isEmpty() || denial.topics().contains(grant.resourceName()))
                .collect(Collectors.groupingBy(Grant::resourceName));
        try (Admin admin = KafkaClients.admin(mesh.kafka(), mesh.timeout())) {
            return byTopic.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .flatMap(topic ->
                            words(topic.getValue(), ResourceType.TOPIC, operations(admin, topic.getKey())).stream())
                    .toList();
        } catch (KafkaException | KafkaUnreachableException e) {
            return List.of(); // the denial itself is told all the same
        }
    }

    /** What this client may do with a topic. */
    private Set<AclOperation> operations(Admin admin, String topic) {
        KafkaFuture<TopicDescription> described = admin.describeTopics(
                        List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues()
                .get(topic);
        try {
            return described == null
                    ? Set.of()
                    : KafkaClients.await(described, mesh.kafka(), mesh.timeout())
                            .authorizedOperations();
        } catch (AuthorizationException e) {
            return Set.of(); // it may not even see it
        }
    }

    private List<String> cluster() {
        try (Admin admin = KafkaClients.admin(mesh.kafka(), mesh.timeout())) {
            Set<AclOperation> present = KafkaClients.await(
                    admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true))
                            .authorizedOperations(),
                    mesh.kafka(),
                    mesh.timeout());
            AclOperation missing = present.contains(AclOperation.DESCRIBE) ? AclOperation.ALTER : AclOperation.DESCRIBE;
            return List.of(Grant.word(missing) + " on the cluster");
        } catch (KafkaException | KafkaUnreachableException e) {
            return List.of();
        }
    }
}
