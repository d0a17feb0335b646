package weft.publish.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import weft.log.KafkaClients;
import weft.log.KafkaUnreachableException;
import weft.log.MeshTopics;
import weft.log.ProxyRoster;
import weft.log.RuleLogException;
import weft.log.TopicAdmin;
import weft.log.TopicDefinition;
import weft.log.TopicMismatchException;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;

/** Looks whether a mesh is as it must be, changing nothing. Confined to the calling thread. */
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

    public MeshCheck(MeshAddress mesh) {
        this.mesh = mesh;
    }

    /**
     * Brokers, topics and proxies in this order.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     */
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        Set<String> existing;
        try (Admin admin = KafkaClients.admin(mesh.kafka(), mesh.timeout())) {
            int brokers = KafkaClients.await(admin.describeCluster().nodes(), mesh.kafka(), mesh.timeout())
                    .size();
            String survives = brokers < 3 ? "; with fewer than 3 no acknowledged rule survives the loss of one" : "";
            findings.add(new Finding(
                    brokers < 3 ? Verdict.DOUBTFUL : Verdict.FINE, "brokers", brokers + " reachable" + survives));
            existing = KafkaClients.await(admin.listTopics().names(), mesh.kafka(), mesh.timeout());
        }
        for (TopicDefinition topic : new MeshTopics(mesh.topics()).all()) {
            findings.add(topic(topic, existing));
        }
        if (existing.contains(mesh.topics().proxies())) {
            findings.addAll(proxies());
        }
        return List.copyOf(findings);
    }

    private Finding topic(TopicDefinition topic, Set<String> existing) {
        String subject = "topic " + topic.name();
        if (!existing.contains(topic.name())) {
            return new Finding(Verdict.DOUBTFUL, subject, "does not exist yet; its first writer creates it");
        }
        try {
            // All of these exist, so nothing is created.
            new TopicAdmin(mesh.kafka(), mesh.timeout()).ensure(List.of(topic));
            return new Finding(Verdict.FINE, subject, "configured as it must be");
        } catch (TopicMismatchException | KafkaException e) {
            return new Finding(Verdict.BROKEN, subject, String.valueOf(e.getMessage()));
        }
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
