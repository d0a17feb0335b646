package weft.publish.log;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import weft.log.KafkaClients;
import weft.log.KafkaUnreachableException;
import weft.log.MeshTopics;
import weft.log.ProxyRoster;
import weft.log.RuleLogException;
import weft.log.TopicAdmin;
import weft.log.TopicDefinition;
import weft.log.TopicProblem;
import weft.log.registry.SchemaRegistry;
import weft.publish.log.acl.Assignment;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;

/** Looks whether a mesh is as it must be, and mends what can be mended while it runs. Confined to the calling thread. */
public final class MeshCheck {
    /** How one thing was found. */
    public enum Verdict {
        FINE,
        DOUBTFUL,
        BROKEN
    }

    /** One thing looked at; the text says what to do when it is not fine. */
    public record Finding(Verdict verdict, String subject, String text) {}

    private final MeshAddress mesh;
    private final AclCheck acls;

    /** @param assignments who has which role, so that ACLs are held against the plan; empty to tell only who may publish */
    public MeshCheck(MeshAddress mesh, List<Assignment> assignments) {
        this.mesh = mesh;
        this.acls = new AclCheck(mesh, assignments);
    }

    /**
     * Brokers, topics, ACLs, proxies and the schema registry in this order, changing nothing.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     */
    public List<Finding> run() {
        return run(false);
    }

    /**
     * As {@link #run()}; creates topics and ACLs that are missing and alters configs that are wrong first.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     */
    public List<Finding> fix() {
        return run(true);
    }

    private List<Finding> run(boolean fixes) {
        List<Finding> findings = new ArrayList<>();
        List<Finding> aboutAcls;
        try (Admin admin = KafkaClients.admin(mesh.kafka(), mesh.timeout())) {
            int brokers = KafkaClients.await(admin.describeCluster().nodes(), mesh.kafka(), mesh.timeout())
                    .size();
            String survives = brokers < 3 ? "; with fewer than 3 no acknowledged rule survives the loss of one" : "";
            findings.add(new Finding(
                    brokers < 3 ? Verdict.DOUBTFUL : Verdict.FINE, "brokers", brokers + " reachable" + survives));
            aboutAcls = acls.run(admin, fixes);
        }
        List<TopicDefinition> topics = new MeshTopics(mesh.topics()).all();
        TopicAdmin admin = new TopicAdmin(mesh.kafka(), mesh.timeout());
        TopicAdmin.Report before = admin.inspect(topics);
        TopicAdmin.Report after = fixes ? admin.mend(topics) : before;
        for (TopicDefinition topic : topics) {
            findings.addAll(topic(topic, before, after));
        }
        findings.addAll(aboutAcls);
        if (!after.missing().contains(mesh.topics().proxies())) {
            findings.addAll(proxies());
        }
        SchemaRegistry registry = SchemaRegistry.of(mesh.kafka());
        if (registry != null) {
            findings.addAll(new RegistryCheck(mesh, registry)
                    .run(!after.missing().contains(mesh.topics().schemas())));
        }
        return List.copyOf(findings);
    }

    private List<Finding> topic(TopicDefinition topic, TopicAdmin.Report before, TopicAdmin.Report after) {
        String subject = "topic " + topic.name();
        List<Finding> findings = new ArrayList<>();
        List<TopicProblem> left = after.of(topic.name());
        for (TopicProblem problem : left) {
            findings.add(new Finding(Verdict.BROKEN, subject, problem.text() + "; " + advice(problem)));
        }
        for (TopicProblem problem : before.of(topic.name())) {
            if (left.stream().noneMatch(each -> each.text().equals(problem.text()))) {
                findings.add(new Finding(
                        Verdict.FINE, subject, "mended: " + problem.setting() + " is now " + problem.value()));
                if (topic.name().equals(mesh.topics().rules()) && "cleanup.policy".equals(problem.setting())) {
                    findings.add(new Finding(
                            Verdict.DOUBTFUL,
                            subject,
                            "rules may have aged away before; look with: weft audit verify"));
                }
            }
        }
        if (after.missing().contains(topic.name())) {
            findings.add(new Finding(
                    Verdict.DOUBTFUL, subject, "does not exist yet; its first writer creates it, or weft check --fix"));
        } else if (before.missing().contains(topic.name())) {
            findings.add(new Finding(Verdict.FINE, subject, "created"));
        } else if (findings.isEmpty()) {
            findings.add(new Finding(Verdict.FINE, subject, "configured as it must be"));
        }
        return findings;
    }

    private static String advice(TopicProblem problem) {
        if (problem.isMendable()) {
            return problem.advice() + ", or: weft check --fix";
        }
        return problem.advice() + ". Keep the rules first: weft export > rules.yaml, then weft apply -f rules.yaml";
    }

    private List<Finding> proxies() {
        List<Finding> findings = new ArrayList<>();
        try (ProxyRoster roster = mesh.roster()) {
            List<ProxyStatus> live = roster.live();
            findings.add(new Finding(
                    live.isEmpty() ? Verdict.DOUBTFUL : Verdict.FINE,
                    "proxies",
                    live.isEmpty() ? "none is live; start one with: weft proxy" : live.size() + " live"));
            for (ProxyStatus status : live) {
                status.getRejections()
                        .forEach(r -> findings.add(new Finding(
                                Verdict.BROKEN,
                                "proxy " + status.getProxyId(),
                                "rejects " + r.getKey() + ": " + r.getText())));
                if (status.getSkippedRecords() > 0) {
                    findings.add(skipped(status));
                }
            }
        } catch (RuleLogException e) {
            findings.add(new Finding(Verdict.BROKEN, "proxies", String.valueOf(e.getMessage())));
        }
        return findings;
    }

    /** Somebody writes to the rules topic who is no publisher: the rules stand, but whoever it is may not. */
    private static Finding skipped(ProxyStatus status) {
        List<Rejection> latest = status.getSkipped();
        String example = latest.isEmpty()
                ? ""
                : ", the latest at offset " + latest.get(latest.size() - 1).getOffset() + ": "
                        + latest.get(latest.size() - 1).getText();
        return new Finding(
                Verdict.DOUBTFUL,
                "proxy " + status.getProxyId(),
                "skipped " + status.getSkippedRecords() + " records that no publisher wrote" + example);
    }
}
