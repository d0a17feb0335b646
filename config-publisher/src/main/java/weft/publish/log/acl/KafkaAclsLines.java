package weft.publish.log.acl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;

/**
 * Calls of Kafka's own {@code kafka-acls.sh}, for a shell. Immutable.
 *
 * @param connection the options that say where the cluster is, quoted already
 */
public record KafkaAclsLines(String connection) {
    /** @param config file of client properties; empty for none */
    public static KafkaAclsLines at(String bootstrapServers, String config) {
        String file = config.isEmpty() ? "" : " --command-config " + quoted(config);
        return new KafkaAclsLines("--bootstrap-server " + quoted(bootstrapServers) + file);
    }

    /** One call for each resource of each principal. */
    public List<String> adding(List<Assignment> assignments, AclPlan plan) {
        List<String> lines = new ArrayList<>();
        for (Assignment each : assignments) {
            Map<ResourcePattern, List<AclOperation>> operations = new LinkedHashMap<>();
            plan.of(each.role())
                    .forEach(grant -> operations
                            .computeIfAbsent(grant.resource(), resource -> new ArrayList<>())
                            .add(grant.operation()));
            operations.forEach(
                    (resource, several) -> lines.add("kafka-acls.sh " + connection + " --add --allow-principal "
                            + quoted(each.principal()) + operations(several) + resource(resource)));
        }
        return lines;
    }

    /** The call that takes one ACL away. */
    public String removing(AclBinding acl) {
        return "kafka-acls.sh " + connection + " --remove --force --allow-principal "
                + quoted(acl.entry().principal())
                + operations(List.of(acl.entry().operation()))
                + resource(acl.pattern());
    }

    private static String operations(List<AclOperation> operations) {
        return operations.stream()
                .map(operation -> " --operation " + Grant.word(operation))
                .collect(Collectors.joining());
    }

    private static String resource(ResourcePattern resource) {
        String name = quoted(resource.name());
        String option = switch (resource.resourceType()) {
            case TOPIC -> " --topic " + name;
            case GROUP -> " --group " + name;
            case TRANSACTIONAL_ID -> " --transactional-id " + name;
            case CLUSTER -> " --cluster";
            default -> throw new IllegalArgumentException("not of a mesh: " + resource);
        };
        return resource.patternType() == PatternType.PREFIXED ? option + " --resource-pattern-type prefixed" : option;
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9._:,/@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
