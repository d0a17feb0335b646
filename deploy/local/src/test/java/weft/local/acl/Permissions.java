package weft.local.acl;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import weft.publish.log.acl.Grant;

/** What somebody may do with topics, as the broker tells him. */
final class Permissions {
    private Permissions() {}

    /** By topic; nothing for one that he may not even see. */
    static Map<String, Set<AclOperation>> of(Admin admin, Collection<String> topics) throws InterruptedException {
        Map<String, Set<AclOperation>> found = new TreeMap<>();
        var described = admin.describeTopics(topics, new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues();
        for (var each : described.entrySet()) {
            try {
                found.put(each.getKey(), Set.copyOf(each.getValue().get().authorizedOperations()));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicAuthorizationException)) {
                    throw new AssertionError(e);
                }
                found.put(each.getKey(), Set.of());
            }
        }
        return found;
    }

    /** What follows from a plan, by what Kafka's documentation says of implied operations. */
    static Map<String, Set<AclOperation>> planned(List<Grant> plan, Collection<String> topics) {
        Map<String, Set<AclOperation>> planned = new TreeMap<>();
        topics.forEach(topic -> planned.put(topic, EnumSet.noneOf(AclOperation.class)));
        for (Grant grant : plan) {
            Set<AclOperation> on = planned.get(grant.resourceName());
            if (on == null || !grant.resourceType().equals("topic")) {
                continue;
            }
            on.add(grant.operation());
            switch (grant.operation()) {
                case READ, WRITE, DELETE, ALTER -> on.add(AclOperation.DESCRIBE);
                case ALTER_CONFIGS -> on.add(AclOperation.DESCRIBE_CONFIGS);
                default -> {}
            }
        }
        return planned;
    }
}
