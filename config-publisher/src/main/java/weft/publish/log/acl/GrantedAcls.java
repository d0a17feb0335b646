package weft.publish.log.acl;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;

/**
 * What the ACLs of a cluster allow, by the rules of Kafka's authorizer: what is not allowed is denied, a denial beats all that is allowed,
 * some operations follow from others. Immutable.
 *
 * <p>An ACL that allows from some hosts only counts, since where a principal works is the operator's choice; one that denies from some
 * hosts only does not.
 */
public final class GrantedAcls {
    public static final String EVERYBODY = "User:*";
    private static final String ANY = "*";
    /** With one of these, what is in a topic can be changed, lost, or put in another order. */
    private static final Set<AclOperation> CHANGES =
            EnumSet.of(AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER, AclOperation.ALTER_CONFIGS);

    private final List<AclBinding> acls;

    public GrantedAcls(Collection<AclBinding> acls) {
        this.acls = List.copyOf(acls);
    }

    /** Whether a principal has what a grant is about. */
    public boolean allows(String principal, Grant grant) {
        return !denies(principal, grant.resource(), grant.operation())
                && acls.stream()
                        .anyMatch(acl -> acl.entry().permissionType() == AclPermissionType.ALLOW
                                && isAbout(acl, principal)
                                && covers(acl.pattern(), grant.resource())
                                && gives(acl.entry().operation(), grant.operation()));
    }

    private boolean denies(String principal, ResourcePattern resource, AclOperation operation) {
        return acls.stream()
                .anyMatch(acl -> acl.entry().permissionType() == AclPermissionType.DENY
                        && acl.entry().host().equals(ANY)
                        && isAbout(acl, principal)
                        && covers(acl.pattern(), resource)
                        && (acl.entry().operation() == operation || acl.entry().operation() == AclOperation.ALL));
    }

    private static boolean isAbout(AclBinding acl, String principal) {
        String whose = acl.entry().principal();
        return whose.equals(principal) || whose.equals(EVERYBODY);
    }

    private static boolean covers(ResourcePattern acl, ResourcePattern resource) {
        if (acl.resourceType() != resource.resourceType()) {
            return false;
        }
        if (acl.patternType() == PatternType.PREFIXED) {
            return resource.name().startsWith(acl.name());
        }
        return acl.name().equals(ANY)
                || (acl.name().equals(resource.name()) && resource.patternType() == PatternType.LITERAL);
    }

    private static boolean gives(AclOperation given, AclOperation wanted) {
        return given == wanted
                || given == AclOperation.ALL
                || switch (wanted) {
                    case DESCRIBE ->
                        given == AclOperation.READ
                                || given == AclOperation.WRITE
                                || given == AclOperation.DELETE
                                || given == AclOperation.ALTER;
                    case DESCRIBE_CONFIGS -> given == AclOperation.ALTER_CONFIGS;
                    default -> false;
                };
    }

    /** The ACLs by which somebody may change what is in a resource, by principal. */
    public Map<String, List<AclBinding>> changers(ResourcePattern resource) {
        Map<String, List<AclBinding>> found = new TreeMap<>();
        for (AclBinding acl : acls) {
            boolean isEffective = acl.entry().permissionType() == AclPermissionType.ALLOW
                    && covers(acl.pattern(), resource)
                    && CHANGES.stream()
                            .anyMatch(change -> gives(acl.entry().operation(), change)
                                    && !denies(acl.entry().principal(), resource, change));
            if (isEffective) {
                found.computeIfAbsent(acl.entry().principal(), whose -> new ArrayList<>())
                        .add(acl);
            }
        }
        return found;
    }

    /** Whether an ACL gives a change that this principal is not planned to make. */
    public static boolean exceeds(AclBinding acl, List<Grant> planned) {
        return CHANGES.stream()
                .filter(change -> gives(acl.entry().operation(), change))
                .anyMatch(change -> planned.stream().noneMatch(grant -> grant.operation() == change));
    }
}
