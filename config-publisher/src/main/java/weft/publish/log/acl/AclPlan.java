package weft.publish.log.acl;

import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import weft.log.MeshTopics;
import weft.log.TopicDefinition;
import weft.log.TopicNames;

/**
 * The ACLs each role of a mesh needs, and no more. Immutable.
 *
 * <p>What Kafka infers is not repeated: whoever may read or write a topic may describe it, whoever may alter configs may see them, and
 * whoever may write some topic may be idempotent.
 */
public final class AclPlan {
    private static final String ASKS_SCHEMAS = "learns schemas of other versions";
    private static final String VERIFIES = "verifies its settings before use";

    private final TopicNames names;

    public AclPlan(TopicNames names) {
        this.names = names;
    }

    /** What a role needs, by resource. */
    public List<Grant> of(MeshRole role) {
        return switch (role) {
            case PUBLISHER -> publisher();
            case GATEWAY -> gateway();
            case SIDECAR -> sidecar();
            case SINK -> sink();
            case READER -> reader();
            case OPERATOR -> operator();
        };
    }

    private List<Grant> reader() {
        return List.of(
                Grant.topic(names.rules(), READ, "the rules in force"),
                Grant.topic(names.journal(), READ, "who changed what, when and why"),
                Grant.topic(names.proxies(), READ, "who serves what"),
                Grant.topic(names.schemas(), READ, ASKS_SCHEMAS));
    }

    private List<Grant> publisher() {
        List<Grant> grants = new ArrayList<>(reader());
        grants.add(Grant.topic(names.rules(), WRITE, "publishes bundles"));
        grants.add(Grant.topic(names.rules(), DESCRIBE_CONFIGS, VERIFIES));
        grants.add(Grant.topic(names.journal(), WRITE, "remembers them"));
        grants.add(Grant.topic(names.journal(), DESCRIBE_CONFIGS, VERIFIES));
        grants.add(Grant.topic(names.proxies(), DESCRIBE_CONFIGS, VERIFIES));
        grants.add(Grant.topic(names.quota(), DESCRIBE, "sees that proxies can share limits"));
        grants.add(Grant.topic(names.quota(), DESCRIBE_CONFIGS, VERIFIES));
        grants.add(Grant.topic(names.schemas(), WRITE, "tells the schemas of what it writes"));
        grants.add(Grant.topic(names.schemas(), DESCRIBE_CONFIGS, VERIFIES));
        grants.add(new Grant(transactionalId(), WRITE, "one transaction a bundle; fences the publisher before it"));
        return List.copyOf(grants);
    }

    private ResourcePattern transactionalId() {
        return new ResourcePattern(
                ResourceType.TRANSACTIONAL_ID, names.publisherTransactionalId(), PatternType.LITERAL);
    }

    /** Where nobody but publishers may write. */
    public List<ResourcePattern> publishersAlone() {
        return List.of(
                Grant.topic(names.rules(), WRITE, "").resource(),
                Grant.topic(names.journal(), WRITE, "").resource(),
                transactionalId());
    }

    private List<Grant> gateway() {
        return List.of(
                Grant.topic(names.rules(), READ, "follows the rules"),
                Grant.topic(names.schemas(), READ, ASKS_SCHEMAS),
                Grant.topic(names.schemas(), WRITE, "tells the schemas of what it writes"),
                Grant.topic(names.schemas(), DESCRIBE_CONFIGS, VERIFIES),
                Grant.topic(names.workloads(), READ, "learns of workloads that register"),
                Grant.topic(names.health(), READ, "takes over findings of shared health checks"),
                Grant.topic(names.health(), WRITE, "shares its findings"),
                Grant.topic(names.health(), DESCRIBE_CONFIGS, VERIFIES),
                Grant.topic(names.proxies(), WRITE, "reports what it serves"),
                Grant.topic(names.quota(), READ, "learns its share of limits"),
                Grant.topic(names.quota(), WRITE, "tells what it is asked for"),
                Grant.topic(names.accessLogs(), WRITE, "access logs"),
                Grant.topic(names.metrics(), WRITE, "metrics"));
    }

    private List<Grant> sidecar() {
        List<Grant> grants = new ArrayList<>(gateway());
        grants.add(Grant.topic(names.workloads(), WRITE, "registers the workload beside it"));
        grants.add(Grant.topic(names.workloads(), DESCRIBE_CONFIGS, VERIFIES));
        return List.copyOf(grants);
    }

    private List<Grant> sink() {
        String application = names.prefix() + "-sink";
        List<Grant> grants = new ArrayList<>(List.of(
                Grant.topic(names.proxies(), READ, "who serves what"),
                Grant.topic(names.proxies(), DESCRIBE_CONFIGS, VERIFIES),
                Grant.topic(names.accessLogs(), READ, "counts requests"),
                Grant.topic(names.accessLogs(), DESCRIBE_CONFIGS, VERIFIES),
                Grant.topic(names.metrics(), READ, "takes in metrics"),
                Grant.topic(names.metrics(), DESCRIBE_CONFIGS, VERIFIES),
                Grant.topic(names.traffic(), WRITE, "tells what it counted"),
                Grant.topic(names.traffic(), DESCRIBE_CONFIGS, VERIFIES),
                Grant.topic(names.schemas(), READ, ASKS_SCHEMAS),
                Grant.topic(names.schemas(), WRITE, "tells the schemas of what it writes"),
                Grant.topic(names.schemas(), DESCRIBE_CONFIGS, VERIFIES),
                new Grant(
                        new ResourcePattern(ResourceType.GROUP, application, PatternType.LITERAL),
                        READ,
                        "shares the work with other aggregators"),
                new Grant(
                        new ResourcePattern(ResourceType.TRANSACTIONAL_ID, application + "-", PatternType.PREFIXED),
                        WRITE,
                        "counts each request once, one id a thread")));
        for (AclOperation operation : List.of(CREATE, READ, WRITE, DELETE)) {
            grants.add(new Grant(
                    new ResourcePattern(ResourceType.TOPIC, application + "-", PatternType.PREFIXED),
                    operation,
                    operation == DELETE ? "clears what it has counted" : "keeps its own topics"));
        }
        return List.copyOf(grants);
    }

    private List<Grant> operator() {
        List<Grant> grants = new ArrayList<>();
        for (TopicDefinition topic : new MeshTopics(names).all()) {
            boolean isRead =
                    topic.name().equals(names.proxies()) || topic.name().equals(names.schemas());
            grants.add(Grant.topic(topic.name(), CREATE, "creates it"));
            grants.add(Grant.topic(topic.name(), ALTER_CONFIGS, "looks at its settings and mends them"));
            grants.add(
                    isRead
                            ? Grant.topic(topic.name(), READ, "asks proxies how they are")
                            : Grant.topic(topic.name(), DESCRIBE, "sees that it is there"));
        }
        grants.add(Grant.cluster(DESCRIBE, "sees the ACLs"));
        return List.copyOf(grants);
    }
}
