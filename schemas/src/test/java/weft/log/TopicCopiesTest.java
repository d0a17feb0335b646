package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import weft.log.testing.TestBroker;

/** A cluster whose second and third broker join after the topics were made, or while they are. */
class TopicCopiesTest {
    private static TestBroker first;

    private final TopicNames names = TestBroker.freshTopics();
    private final MeshTopics topics = new MeshTopics(names);

    @BeforeAll
    static void startBroker() {
        first = TestBroker.create();
    }

    @AfterAll
    static void stopBroker() {
        first.close();
    }

    private static List<Integer> copies(Map<String, Object> kafka, String topic) throws Exception {
        try (Admin client = Admin.create(kafka)) {
            TopicDescription description = client.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(30, TimeUnit.SECONDS)
                    .values()
                    .iterator()
                    .next();
            return description.partitions().stream()
                    .map(TopicPartitionInfo::replicas)
                    .map(List::size)
                    .toList();
        }
    }

    @Test
    void copiesAreMadeOnEveryBrokerThatJoinsSooner() throws Exception {
        TopicAdmin alone = new TopicAdmin(first.clientProperties(), Mesh.DEADLINE);
        alone.ensure(topics.all());
        assertThat(alone.inspect(topics.all()).problems()).isEmpty();
        MeshTopics later = new MeshTopics(TestBroker.freshTopics());
        try (TestBroker second = first.join(2)) {
            // the list names three; the third joins while topics are about to be made
            Map<String, Object> kafka = Map.of(
                    "bootstrap.servers", first.bootstrapServers() + "," + second.bootstrapServers() + ",127.0.0.1:9");
            TopicAdmin admin = new TopicAdmin(kafka, Mesh.DEADLINE);
            CompletableFuture<Void> making = CompletableFuture.runAsync(() -> admin.ensure(later.all()));
            try (TestBroker third = first.join(3)) {
                making.get(60, TimeUnit.SECONDS);
                assertThat(copies(kafka, later.rules().name())).containsExactly(3);
                assertThat(admin.inspect(later.all()).problems()).isEmpty();

                assertThatFewCopiesAreSaidAndMended(admin, kafka);
                assertThat(third.bootstrapServers()).isNotEmpty();
            }
        }
    }

    private void assertThatFewCopiesAreSaidAndMended(TopicAdmin admin, Map<String, Object> kafka) throws Exception {
        assertThatCode(() -> admin.ensure(topics.all()))
                .as("a cluster that grew serves on")
                .doesNotThrowAnyException();
        assertThat(admin.inspect(topics.all()).problems())
                .hasSameSizeAs(topics.all())
                .allSatisfy(problem -> assertThat(problem.text()).isEqualTo("copies: 1 (expected: 3)"))
                .extracting(TopicProblem::topic)
                .contains(names.rules(), names.journal());

        assertThat(admin.mend(topics.all()).problems()).isEmpty();

        assertThat(copies(kafka, names.rules())).containsExactly(3);
        assertThat(copies(kafka, names.proxies())).containsOnly(3);
        assertThatCode(() -> admin.ensure(topics.all())).doesNotThrowAnyException();
    }
}
