package weft.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Creates the topics of a mesh and refuses those that are not as they must be. Confined to the calling thread. */
public final class TopicAdmin {
    /** Looks at a topic that was just created, until every broker knows of it. */
    private static final int SETTLE_ATTEMPTS = 50;

    private static final long SETTLE_MILLIS = 20;
    private static final String MIN_IN_SYNC = "min.insync.replicas";
    private static final String LEAST_IN_SYNC = Integer.toString(TopicCopies.LEAST_IN_SYNC);

    private final Map<String, Object> kafka;
    private final Duration timeout;
    private final Optional<Integer> replication;

    /** Topics are replicated to as many brokers as there are, at most three. */
    public TopicAdmin(Map<String, Object> kafka, Duration timeout) {
        this(kafka, timeout, Optional.empty());
    }

    /** @param replication copies of each record; empty for as many as there are brokers, at most three */
    public TopicAdmin(Map<String, Object> kafka, Duration timeout, Optional<Integer> replication) {
        this.kafka = Map.copyOf(kafka);
        this.timeout = timeout;
        this.replication = replication;
    }

    /**
     * Creates what is missing and verifies what exists.
     *
     * @throws TopicMismatchException for the first topic that exists with other settings
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    public void ensure(List<TopicDefinition> topics) {
        try (Admin admin = KafkaClients.admin(kafka, timeout)) {
            ensure(admin, topics);
        }
    }

    /** Like {@link #ensure(List)}, by a client of the caller's. */
    void ensure(Admin admin, List<TopicDefinition> topics) {
        Map<String, TopicDescription> existing = describe(admin, topics);
        List<TopicDefinition> missing =
                topics.stream().filter(t -> !existing.containsKey(t.name())).toList();
        if (!missing.isEmpty()) {
            create(admin, missing);
            existing.putAll(describeUntilKnown(admin, missing));
        }
        verify(admin, topics, existing);
    }

    private Map<String, TopicDescription> describe(Admin admin, List<TopicDefinition> topics) {
        Map<String, KafkaFuture<TopicDescription>> futures = admin.describeTopics(
                        topics.stream().map(TopicDefinition::name).toList())
                .topicNameValues();
        Map<String, TopicDescription> found = new HashMap<>();
        futures.forEach((name, future) -> {
            try {
                found.put(name, KafkaClients.awaitOf(name, future, kafka, timeout));
            } catch (UnknownTopicOrPartitionException e) {
                // missing: it will be created
            }
        });
        return found;
    }

    private Map<String, TopicDescription> describeUntilKnown(Admin admin, List<TopicDefinition> topics) {
        for (int attempt = 1; ; attempt++) {
            Map<String, TopicDescription> found = describe(admin, topics);
            if (found.size() == topics.size()) {
                return found;
            }
            if (attempt == SETTLE_ATTEMPTS) {
                throw new IllegalStateException("topics were created but are not visible yet: try again");
            }
            pause(SETTLE_MILLIS);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    private TopicCopies copies(Admin admin) {
        return new TopicCopies(admin, kafka, timeout);
    }

    private void create(Admin admin, List<TopicDefinition> topics) {
        int copies = replication.orElseGet(copies(admin)::forNewTopics);
        List<NewTopic> requests = new ArrayList<>();
        for (TopicDefinition topic : topics) {
            Map<String, String> configs = new HashMap<>(topic.configs());
            if (copies >= TopicCopies.MOST) {
                configs.put(MIN_IN_SYNC, LEAST_IN_SYNC); // an acknowledged record survives one broker
            }
            requests.add(new NewTopic(topic.name(), topic.partitions(), (short) copies).configs(configs));
        }
        admin.createTopics(requests).values().forEach((name, future) -> {
            try {
                KafkaClients.awaitOf(name, future, kafka, timeout);
            } catch (TopicExistsException e) {
                // somebody else created it meanwhile: it is verified like any other
            }
        });
    }

    private void verify(Admin admin, List<TopicDefinition> topics, Map<String, TopicDescription> existing) {
        List<TopicProblem> problems = problems(admin, topics, existing);
        if (!problems.isEmpty()) {
            throw new TopicMismatchException(
                    problems.get(0).topic(), problems.get(0).toString());
        }
    }

    /**
     * How topics are.
     *
     * @param missing names of those that do not exist
     * @param problems of those that do
     */
    public record Report(Set<String> missing, List<TopicProblem> problems) {
        public Report {
            missing = Set.copyOf(missing);
            problems = List.copyOf(problems);
        }

        boolean isMendable() {
            return problems.stream().anyMatch(TopicProblem::isMendable);
        }

        /** The problems of one topic. */
        public List<TopicProblem> of(String topic) {
            return problems.stream().filter(p -> p.topic().equals(topic)).toList();
        }
    }

    /**
     * Looks at topics and changes nothing.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    public Report inspect(List<TopicDefinition> topics) {
        try (Admin admin = KafkaClients.admin(kafka, timeout)) {
            return inspect(admin, topics);
        }
    }

    private Report inspect(Admin admin, List<TopicDefinition> topics) {
        Map<String, TopicDescription> existing = describe(admin, topics);
        Set<String> missing = new LinkedHashSet<>();
        topics.stream()
                .map(TopicDefinition::name)
                .filter(n -> !existing.containsKey(n))
                .forEach(missing::add);
        List<TopicDefinition> found =
                topics.stream().filter(t -> existing.containsKey(t.name())).toList();
        List<TopicProblem> problems = new ArrayList<>(copies(admin).tooFew(existing.values()));
        problems.addAll(problems(admin, found, existing));
        return new Report(missing, problems);
    }

    /**
     * Creates what is missing, has brokers copy what has too few copies, and alters the configs that a live topic lets
     * itself be altered in.
     *
     * @return how the topics are then
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    public Report mend(List<TopicDefinition> topics) {
        try (Admin admin = KafkaClients.admin(kafka, timeout)) {
            Report before = inspect(admin, topics);
            List<TopicDefinition> missing = topics.stream()
                    .filter(t -> before.missing().contains(t.name()))
                    .toList();
            if (!missing.isEmpty()) {
                create(admin, missing);
                describeUntilKnown(admin, missing);
            }
            alter(admin, raiseCopies(admin, topics, before));
            Report after = inspect(admin, topics);
            for (int attempt = 1; attempt < SETTLE_ATTEMPTS && after.isMendable(); attempt++) {
                pause(SETTLE_MILLIS); // brokers learn of an alteration a little later
                after = inspect(admin, topics);
            }
            return after;
        }
    }

    /** What is left to mend then: of topics with more copies, another config may be asked than before. */
    private List<TopicProblem> raiseCopies(Admin admin, List<TopicDefinition> topics, Report before) {
        List<TopicDefinition> few = topics.stream()
                .filter(t -> before.of(t.name()).stream().anyMatch(p -> TopicCopies.SETTING.equals(p.setting())))
                .toList();
        if (few.isEmpty()) {
            return before.problems();
        }
        copies(admin).raise(describe(admin, few).values());
        Map<String, TopicDescription> raised = describe(admin, few);
        return inspect(admin, topics).problems().stream()
                .filter(p -> !MIN_IN_SYNC.equals(p.setting()) || isWritable(raised.get(p.topic())))
                .toList();
    }

    /** Whether a topic goes on taking writes that more copies have to confirm. */
    private static boolean isWritable(@Nullable TopicDescription topic) {
        return topic == null || TopicCopies.isInSync(topic);
    }

    private void alter(Admin admin, List<TopicProblem> problems) {
        Map<ConfigResource, Collection<AlterConfigOp>> alterations = new HashMap<>();
        for (TopicProblem problem : problems) {
            String setting = problem.setting();
            if (setting != null && !setting.equals(TopicCopies.SETTING)) {
                ConfigEntry entry = new ConfigEntry(setting, problem.value());
                alterations
                        .computeIfAbsent(resource(problem.topic()), topic -> new ArrayList<>())
                        .add(new AlterConfigOp(entry, AlterConfigOp.OpType.SET));
            }
        }
        if (!alterations.isEmpty()) {
            admin.incrementalAlterConfigs(alterations)
                    .values()
                    .forEach((topic, done) -> KafkaClients.awaitOf(topic.name(), done, kafka, timeout));
        }
    }

    private List<TopicProblem> problems(
            Admin admin, List<TopicDefinition> topics, Map<String, TopicDescription> existing) {
        Map<ConfigResource, KafkaFuture<Config>> configs = admin.describeConfigs(
                        topics.stream().map(t -> resource(t.name())).toList())
                .values();
        List<TopicProblem> problems = new ArrayList<>();
        for (TopicDefinition topic : topics) {
            TopicDescription description = existing.get(topic.name());
            KafkaFuture<Config> config = configs.get(resource(topic.name()));
            if (description == null || config == null) {
                throw new IllegalStateException("topic " + topic.name() + " vanished while it was verified: try again");
            }
            Config known = KafkaClients.awaitOf(topic.name(), config, kafka, timeout);
            problems.addAll(problems(topic, description, known));
        }
        return problems;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private List<TopicProblem> problems(TopicDefinition topic, TopicDescription description, Config config) {
        List<TopicProblem> problems = new ArrayList<>();
        int partitions = description.partitions().size();
        if (topic.fixedPartitions() && partitions != topic.partitions()) {
            problems.add(new TopicProblem(
                    topic.name(),
                    "partitions: " + partitions + " (expected: " + topic.partitions() + ")",
                    null,
                    "",
                    "partitions cannot be taken away: delete the topic, or use another topic prefix"));
        }
        for (TopicDefinition.Setting setting : topic.settings()) {
            require(topic.name(), setting, config, problems);
        }
        int copies = description.partitions().get(0).replicas().size();
        if (copies >= TopicCopies.MOST) {
            int least = TopicCopies.LEAST_IN_SYNC;
            require(topic.name(), TopicDefinition.Setting.atLeast(MIN_IN_SYNC, least, least), config, problems);
        }
        return problems;
    }

    private void require(String topic, TopicDefinition.Setting setting, Config config, List<TopicProblem> problems) {
        var entry = config.get(setting.key());
        String actual = entry == null ? "" : String.valueOf(entry.value());
        if (setting.key().equals("cleanup.policy") && sameWords(actual, setting.value())) {
            return;
        }
        if (!setting.accepts(actual)) {
            String value = setting.value().contains(",") ? "[" + setting.value() + "]" : setting.value();
            problems.add(new TopicProblem(
                    topic,
                    setting.key() + ": \"" + actual + "\" (expected: " + setting.expectation() + ")",
                    setting.key(),
                    setting.value(),
                    "mend it with: kafka-configs --bootstrap-server " + KafkaClients.bootstrapServers(kafka)
                            + " --alter --entity-type topics --entity-name " + topic + " --add-config "
                            + setting.key() + "=" + value));
        }
    }

    private static boolean sameWords(String actual, String expected) {
        return List.of(actual.split(",")).stream()
                .sorted()
                .toList()
                .equals(List.of(expected.split(",")).stream().sorted().toList());
    }
}
