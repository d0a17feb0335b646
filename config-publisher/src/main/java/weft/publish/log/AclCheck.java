package weft.publish.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.resource.ResourcePattern;
import weft.log.KafkaClients;
import weft.publish.log.MeshCheck.Finding;
import weft.publish.log.MeshCheck.Verdict;
import weft.publish.log.acl.AclPlan;
import weft.publish.log.acl.Assignment;
import weft.publish.log.acl.Grant;
import weft.publish.log.acl.GrantedAcls;
import weft.publish.log.acl.KafkaAclsLines;
import weft.publish.log.acl.MeshRole;

/** Holds the ACLs of a cluster against the plan. Confined to the calling thread. */
final class AclCheck {
    private static final String SUBJECT = "acls";

    private final MeshAddress mesh;
    private final List<Assignment> assignments;
    private final AclPlan plan;

    /** @param assignments who has which role; empty to tell only who may publish */
    AclCheck(MeshAddress mesh, List<Assignment> assignments) {
        this.mesh = mesh;
        this.assignments = List.copyOf(assignments);
        this.plan = new AclPlan(mesh.topics());
    }

    /**
     * Looks, and creates what is missing if asked to.
     *
     * @throws AuthorizationException when roles were named and the caller may not see ACLs, or not create them
     */
    List<Finding> run(Admin admin, boolean fixes) {
        List<AclBinding> acls;
        try {
            acls = all(admin);
        } catch (SecurityDisabledException e) {
            return List.of(new Finding(
                    assignments.isEmpty() ? Verdict.DOUBTFUL : Verdict.BROKEN,
                    SUBJECT,
                    "the brokers have no authorizer: whoever reaches them may write rules; set authorizer.class.name"));
        } catch (AuthorizationException e) {
            if (!assignments.isEmpty()) {
                throw e;
            }
            return List.of(new Finding(
                    Verdict.DOUBTFUL, SUBJECT, "not looked at, which takes Describe on the cluster (role operator)"));
        }
        List<Finding> findings = new ArrayList<>();
        Map<Assignment, List<Grant>> missing = missing(acls);
        if (fixes && missing.values().stream().anyMatch(grants -> !grants.isEmpty())) {
            create(admin, missing);
        }
        missing.forEach((who, grants) -> findings.addAll(role(who, grants, fixes)));
        findings.addAll(publishers(new GrantedAcls(acls)));
        return findings;
    }

    private List<AclBinding> all(Admin admin) {
        Collection<AclBinding> acls =
                KafkaClients.await(admin.describeAcls(AclBindingFilter.ANY).values(), mesh.kafka(), mesh.timeout());
        return List.copyOf(acls);
    }

    private Map<Assignment, List<Grant>> missing(List<AclBinding> acls) {
        GrantedAcls granted = new GrantedAcls(acls);
        Map<Assignment, List<Grant>> missing = new LinkedHashMap<>();
        for (Assignment each : assignments) {
            missing.put(
                    each,
                    plan.of(each.role()).stream()
                            .filter(grant -> !granted.allows(each.principal(), grant))
                            .toList());
        }
        return missing;
    }

    private void create(Admin admin, Map<Assignment, List<Grant>> missing) {
        Set<AclBinding> bindings = new LinkedHashSet<>();
        missing.forEach((who, grants) -> grants.forEach(grant -> bindings.add(grant.to(who.principal()))));
        KafkaClients.await(admin.createAcls(bindings).all(), mesh.kafka(), mesh.timeout());
    }

    private List<Finding> role(Assignment who, List<Grant> missing, boolean isFixed) {
        String subject = who.role().word() + " " + who.principal();
        int all = plan.of(who.role()).size();
        if (missing.isEmpty()) {
            return List.of(new Finding(Verdict.FINE, subject, "has the " + all + " ACLs it needs"));
        }
        if (isFixed) {
            return List.of(new Finding(
                    Verdict.FINE, subject, "created " + missing.size() + " of the " + all + " ACLs it needs"));
        }
        return missing.stream()
                .map(grant -> new Finding(
                        Verdict.BROKEN,
                        subject,
                        "may not " + grant.operationWord() + " " + grant.resourceWords() + " (" + grant.why()
                                + "); create it with: weft check --fix --principal '"
                                + who.role().word() + "=" + who.principal() + "'"))
                .toList();
    }

    /** Who may write where only publishers may. */
    private List<Finding> publishers(GrantedAcls granted) {
        List<ResourcePattern> guarded = plan.publishersAlone();
        boolean isJudged = assignments.stream().anyMatch(each -> each.role() == MeshRole.PUBLISHER);
        List<Finding> findings = new ArrayList<>();
        for (ResourcePattern resource : guarded) {
            String what = Grant.words(resource);
            Map<String, List<AclBinding>> changers = granted.changers(resource);
            if (isJudged) {
                changers.forEach((whose, acls) -> findings.addAll(superfluous(what, whose, acls, resource)));
            } else if (changers.containsKey(GrantedAcls.EVERYBODY)) {
                findings.add(new Finding(Verdict.DOUBTFUL, SUBJECT, "everybody who logs in may change " + what));
            } else if (resource.name().equals(mesh.topics().rules())) {
                findings.add(new Finding(
                        Verdict.FINE,
                        SUBJECT,
                        (changers.isEmpty() ? "super users alone" : String.join(", ", changers.keySet()))
                                + " may change " + what + "; hold them against the plan with --principal"));
            }
        }
        if (isJudged && findings.isEmpty()) {
            findings.add(new Finding(
                    Verdict.FINE,
                    SUBJECT,
                    "nobody but those named and super users may change "
                            + guarded.stream().map(Grant::words).collect(Collectors.joining(", "))));
        }
        return findings;
    }

    private List<Finding> superfluous(String what, String whose, List<AclBinding> acls, ResourcePattern resource) {
        List<Grant> planned = assignments.stream()
                .filter(each -> each.principal().equals(whose))
                .flatMap(each -> plan.of(each.role()).stream())
                .filter(grant -> grant.resource().equals(resource))
                .toList();
        if (planned.stream().anyMatch(grant -> grant.operationWord().equals("Write"))) {
            return List.of();
        }
        KafkaAclsLines lines = KafkaAclsLines.at(KafkaClients.bootstrapServers(mesh.kafka()), "");
        return acls.stream()
                .filter(acl -> GrantedAcls.exceeds(acl, planned))
                .map(acl -> new Finding(
                        Verdict.BROKEN,
                        SUBJECT,
                        whose + " may change " + what + " and is no publisher; take it away with: "
                                + lines.removing(acl)))
                .toList();
    }
}
