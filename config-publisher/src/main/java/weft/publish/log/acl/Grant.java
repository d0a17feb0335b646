package weft.publish.log.acl;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * One operation on one resource, or on all whose names begin so. Immutable.
 *
 * @param why what needs it, for people
 */
public record Grant(ResourcePattern resource, AclOperation operation, String why) {
    private static final String ANY_HOST = "*";

    static Grant topic(String name, AclOperation operation, String why) {
        return new Grant(new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL), operation, why);
    }

    static Grant cluster(AclOperation operation, String why) {
        return new Grant(
                new ResourcePattern(ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL), operation, why);
    }

    /** The ACL that gives it, from any host. */
    public AclBinding to(String principal) {
        return new AclBinding(
                resource, new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW));
    }

    /** The operation as Kafka's tools write it, as DescribeConfigs. */
    public String operationWord() {
        return word(operation);
    }

    /** An operation as Kafka's tools write it. */
    public static String word(AclOperation operation) {
        return Stream.of(operation.name().split("_"))
                .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** The resource for people, as {@code topic weft.rules}. */
    public String resourceWords() {
        return words(resource);
    }

    /** A resource for people. */
    public static String words(ResourcePattern resource) {
        if (resource.resourceType() == ResourceType.CLUSTER) {
            return "the cluster";
        }
        String type = resource.resourceType().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return resource.patternType() == PatternType.PREFIXED
                ? type + "s that begin with " + resource.name()
                : type + " " + resource.name();
    }

    /** The kind of resource as JSON has it, as {@code transactional-id}. */
    public String resourceType() {
        return resource.resourceType().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String resourceName() {
        return resource.name();
    }

    /** {@code literal} or {@code prefixed}. */
    public String patternType() {
        return resource.patternType().name().toLowerCase(Locale.ROOT);
    }
}
