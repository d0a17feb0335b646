package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.TopicNames;
import weft.log.testing.TestBroker;
import weft.log.testing.TestRegistry;
import weft.schema.AccessLogEntry;

/** Commands with a schema registry beside the log. */
class RegistryCommandsTest {
    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();
    private final TestRegistry registry = new TestRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    private CommandLineRun weft(Map<String, String> environment, String... arguments) {
        List<String> where = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", topics.prefix());
        return CommandLineRun.withInput(
                OfflineCommandsTest.REVIEWS, environment, CommandLineRun.with(where, arguments));
    }

    private CommandLineRun weft(String... arguments) {
        return weft(Map.of("WEFT_SCHEMA_REGISTRY", registry.url()), arguments);
    }

    @Test
    void rulesOfARegistryAreReadByEveryCommandWithoutIt() {
        assertThat(weft("apply", "-f", "-", "--no-wait").err()).isEmpty();
        assertThat(registry.subjects()).containsKey(topics.rules() + "-weft.schema.VirtualService");
        for (String[] read : new String[][] {
            {"get", "vs", "reviews", "-o", "yaml"}, {"show", "bundle/1"}, {"history"}, {"export"}, {"audit", "verify"}
        }) {
            CommandLineRun run = weft(Map.of(), read);
            assertThat(run.exitCode()).as(String.join(" ", read) + run.err()).isZero();
        }
        assertThat(weft(Map.of(), "get", "vs", "reviews", "-o", "yaml").out()).contains("subset: v1");
    }

    @Test
    void aRegistryThatIsAwayIsToldAndKeepsNobodyFromApplying() {
        registry.close();
        CommandLineRun run = weft("apply", "-f", "-", "--no-wait");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("bundle 1 @ ");
        assertThat(run.err()).startsWith("▲ not by the registry's id: schema registry does not answer: ");
        CommandLineRun check = weft("check");
        assertThat(check.out())
                .contains("▲ schema registry: schema registry does not answer: ")
                .contains("the mesh goes on without it, by the ids that the log has");
    }

    @Test
    void checkTellsHowTheRegistryStands() {
        String entries = topics.accessLogs() + "-value";
        weft("apply", "-f", "-", "--no-wait");
        registry.put(entries, AccessLogEntry.getClassSchema().toString());
        registry.put(
                topics.metrics() + "-value",
                "{\"type\":\"record\",\"name\":\"MetricBatch\",\"namespace\":\"weft.schema\",\"fields\":["
                        + "{\"name\":\"proxyId\",\"type\":\"bytes\"}]}");
        registry.level(entries, "FULL");
        CommandLineRun check = weft("check");
        assertThat(check.out())
                .contains("✔ schema registry: " + registry.url() + " answers; ")
                .contains("✔ subject " + entries + ": registered with id ")
                .contains(", compatibility FULL")
                .contains("✘ subject " + topics.metrics() + "-value: the schema of this weft is no successor")
                .contains("▲ subject " + topics.traffic() + "-value: not registered yet");
        assertThat(check.exitCode()).isEqualTo(1);

        try (TestRegistry anew = new TestRegistry()) {
            anew.put("x", "\"string\"");
            assertThat(weft(Map.of("WEFT_SCHEMA_REGISTRY", anew.url()), "check").out())
                    .contains("✘ schema registry: id 1 is another schema in the registry than on the log")
                    .contains("✘ schema registry: id 2 of the log is not known to the registry");
        }
        assertThat(weft(Map.of(), "check").out()).doesNotContain("registry");
    }

    @Test
    void anAddressThatCannotBeIsUsage() {
        CommandLineRun run = weft(Map.of(), "get", "--schema-registry", "registry:8081");
        assertThat(run.exitCode()).isEqualTo(64);
        assertThat(run.err())
                .isEqualTo("weft: schema registry: \"registry:8081\" (expected: http://HOST:PORT, as"
                        + " https://registry:8081)\n");
    }
}
