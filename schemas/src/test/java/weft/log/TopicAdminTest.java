package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import weft.log.testing.TestBroker;

class TopicAdminTest {
    private final Map<String, Object> kafka = TestBroker.shared().clientProperties();
    private final TopicNames names = TestBroker.freshTopics();
    private final MeshTopics topics = new MeshTopics(names);
    private final TopicAdmin admin = new TopicAdmin(kafka, Mesh.DEADLINE);

    private void existing(String name, int partitions, Map<String, String> configs) throws Exception {
        try (Admin client = Admin.create(kafka)) {
            client.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)))
                    .all()
                    .get();
        }
    }

    @Test
    void whatIsMissingIsCreatedAsItMustBeAndThenAccepted() {
        admin.ensure(topics.all());
        assertThatCode(() -> admin.ensure(topics.all())).doesNotThrowAnyException();
    }

    @Test
    void aRulesTopicThatIsNotCompactedIsRefusedWithTheCommandThatMendsIt() throws Exception {
        existing(names.rules(), 1, Map.of("cleanup.policy", "delete"));
        assertThatThrownBy(() -> admin.ensure(topics.control()))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessage("topic " + names.rules() + ": cleanup.policy: \"delete\" (expected: \"compact\");"
                        + " mend it with: kafka-configs --bootstrap-server "
                        + TestBroker.shared().bootstrapServers()
                        + " --alter --entity-type topics --entity-name " + names.rules()
                        + " --add-config cleanup.policy=compact");
    }

    @Test
    void whatAConfigMendsIsMendedAndTheRestIsSaid() throws Exception {
        existing(names.rules(), 3, Map.of("cleanup.policy", "delete", "delete.retention.ms", "1000"));
        existing(names.journal(), 1, Map.of("cleanup.policy", "delete"));
        TopicAdmin.Report before = admin.inspect(topics.all());
        assertThat(before.of(names.rules()))
                .extracting(TopicProblem::text)
                .contains(
                        "partitions: 3 (expected: 1)",
                        "cleanup.policy: \"delete\" (expected: \"compact\")",
                        "delete.retention.ms: \"1000\" (expected: at least 86400000, or -1)");
        assertThat(before.missing()).contains(names.schemas()).doesNotContain(names.rules());

        TopicAdmin.Report after = admin.mend(topics.all());

        assertThat(after.problems()).singleElement().satisfies(left -> {
            assertThat(left.text()).isEqualTo("partitions: 3 (expected: 1)");
            assertThat(left.isMendable()).isFalse();
        });
        assertThat(after.missing()).doesNotContain(names.schemas());
    }

    @Test
    void severalPartitionsOfRulesAreRefused() throws Exception {
        existing(names.rules(), 3, topics.rules().configs());
        assertThatThrownBy(() -> admin.ensure(List.of(topics.rules())))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("partitions: 3 (expected: 1)");
    }

    @Test
    void aJournalThatForgetsWithinAWeekIsRefused() throws Exception {
        existing(names.journal(), 1, Map.of("cleanup.policy", "delete"));
        assertThatThrownBy(() -> admin.ensure(List.of(topics.journal())))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("retention.ms: \"604800000\" (expected: at least 2592000000, or -1)");
    }

    @Test
    void theOrderOfCleanupPoliciesDoesNotMatter() throws Exception {
        existing(names.proxies(), 2, Map.of("cleanup.policy", "delete,compact"));
        assertThatCode(() -> admin.ensure(List.of(topics.proxies()))).doesNotThrowAnyException();
    }

    @Test
    void aSettingWithAFloorAcceptsMoreAndInfinity() {
        TopicDefinition.Setting setting = TopicDefinition.Setting.atLeast("retention.ms", -1, 10);
        assertThat(List.of("10", "11", "-1")).allMatch(setting::accepts);
        assertThat(List.of("9", "", "x")).noneMatch(setting::accepts);
    }
}
