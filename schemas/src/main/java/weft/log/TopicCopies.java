package weft.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/**
 * How many copies of each record a mesh keeps: one on each of as many brokers as there are, at most three. Confined to
 * the calling thread.
 *
 * <p>A cluster that starts has one broker before it has three. Whoever creates topics then would leave them with one
 * copy for ever, and with it the loss of that broker would be the loss of all rules.
 */
final class TopicCopies {
    /** Copies of each record, when the cluster has that many brokers. */
    static final int MOST = 3;
    /** What {@link TopicProblem#setting} says when a topic has too few. */
    static final String SETTING = "replication.factor";
    /** In sync before a write may ask for it: with {@value #MOST} copies one broker can be lost. */
    static final int LEAST_IN_SYNC = 2;

    /** How long whoever creates topics waits for the brokers that the bootstrap list names. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long PAUSE_MILLIS = 50;

    private final Admin admin;
    private final Map<String, Object> kafka;
    private final Duration timeout;

    /** @param timeout how long brokers may keep one call waiting, and copies may take until they are in sync */
    TopicCopies(Admin admin, Map<String, Object> kafka, Duration timeout) {
        this.admin = admin;
        this.kafka = kafka;
        this.timeout = timeout;
    }

    /**
     * Copies for a new topic. Waits a little while fewer brokers have joined than the bootstrap list has addresses.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    int forNewTopics() {
        int named = Math.min(MOST, KafkaClients.bootstrapServers(kafka).split(",").length);
        long patience = Math.min(PATIENCE.toNanos(), timeout.toNanos());
        long deadline = System.nanoTime() + patience;
        int brokers = brokers().size();
        while (brokers < named && deadline - System.nanoTime() > 0) {
            TopicAdmin.pause(PAUSE_MILLIS);
            brokers = brokers().size();
        }
        return Math.max(1, Math.min(MOST, brokers));
    }

    private Collection<Node> brokers() {
        return KafkaClients.await(admin.describeCluster().nodes(), kafka, timeout);
    }

    /** The topics that have fewer copies than there are brokers for. */
    List<TopicProblem> tooFew(Collection<TopicDescription> topics) {
        int wanted = Math.min(MOST, brokers().size());
        List<TopicProblem> problems = new ArrayList<>();
        for (TopicDescription topic : topics) {
            int copies = fewest(topic);
            if (copies < wanted) {
                problems.add(new TopicProblem(
                        topic.name(),
                        "copies: " + copies + " (expected: " + wanted + ")",
                        SETTING,
                        Integer.toString(wanted),
                        "mend it with: kafka-reassign-partitions"));
            }
        }
        return problems;
    }

    private static int fewest(TopicDescription topic) {
        return topic.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
    }

    /**
     * Has brokers copy what has too few copies, and waits until enough of them are in sync for writes that ask for it.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    void raise(Collection<TopicDescription> topics) {
        List<Node> brokers = new ArrayList<>(brokers());
        Collections.sort(brokers, Comparator.comparingInt(Node::id));
        Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new HashMap<>();
        for (TopicDescription topic : topics) {
            for (TopicPartitionInfo partition : topic.partitions()) {
                NewPartitionReassignment more = more(partition, brokers);
                if (more != null) {
                    wanted.put(new TopicPartition(topic.name(), partition.partition()), Optional.of(more));
                }
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        admin.alterPartitionReassignments(wanted)
                .values()
                .forEach((partition, done) -> KafkaClients.awaitOf(partition.topic(), done, kafka, timeout));
        awaitInSync(wanted.keySet());
    }

    /** The copies there are, then brokers by turns, so that partitions are spread; null when it has enough. */
    private static @Nullable NewPartitionReassignment more(TopicPartitionInfo partition, List<Node> brokers) {
        List<Integer> copies =
                new ArrayList<>(partition.replicas().stream().map(Node::id).toList());
        int wanted = Math.min(MOST, brokers.size());
        if (copies.size() >= wanted) {
            return null;
        }
        for (int i = 0; i < brokers.size() && copies.size() < wanted; i++) {
            int next = brokers.get((partition.partition() + i) % brokers.size()).id();
            if (!copies.contains(next)) {
                copies.add(next);
            }
        }
        return new NewPartitionReassignment(copies);
    }

    private void awaitInSync(Collection<TopicPartition> partitions) {
        List<String> names =
                partitions.stream().map(TopicPartition::topic).distinct().toList();
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean behind = true;
        while (behind && deadline - System.nanoTime() > 0) {
            behind = KafkaClients.await(admin.describeTopics(names).allTopicNames(), kafka, timeout).values().stream()
                    .anyMatch(topic -> !isInSync(topic));
            if (behind) {
                TopicAdmin.pause(PAUSE_MILLIS);
            }
        }
    }

    /** Whether a write that asks for {@value #LEAST_IN_SYNC} copies in sync succeeds on each partition. */
    static boolean isInSync(TopicDescription topic) {
        return topic.partitions().stream().allMatch(partition -> partition.isr().size() >= LEAST_IN_SYNC);
    }
}
