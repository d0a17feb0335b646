package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.log.testing.NewerBuild.VIRTUAL_SERVICE;
import static weft.log.testing.NewerBuild.route;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.MeshTopics;
import weft.log.RawBundles;
import weft.log.SchemaLog;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.NewerBuild;
import weft.log.testing.TestBroker;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.SourceText;
import weft.schema.VirtualService;

/** Commands of this build on the rules of a newer one: none loses what it cannot say, each tells why. */
class NewerRulesTest {
    private static final String REVIEWS = OfflineCommandsTest.REVIEWS;
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String WHY = "written by a newer weft: field spec.http[0].novelty is not known to this build";

    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private CommandLineRun weft(String... arguments) {
        List<String> where = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", topics.prefix());
        return CommandLineRun.withInput("", Map.of("WEFT_AUTHOR", "ada"), CommandLineRun.with(where, arguments));
    }

    @BeforeEach
    void publish() {
        Map<String, Object> kafka = broker.clientProperties();
        new TopicAdmin(kafka, DEADLINE).ensure(new MeshTopics(topics).control());
        new SchemaLog(kafka, topics, WireCodec.withLocalSchemas(), DEADLINE).publish(List.of(VIRTUAL_SERVICE));
        VirtualService reviews =
                (VirtualService) ((Resource) new DocumentDecoder(new ResourceKinds(), "default", RuleChecks.ALL)
                                .decode(new SourceText("rules.yaml", REVIEWS))
                                .get(0))
                        .record();
        try (RawBundles newer = new RawBundles(kafka, topics)) {
            newer.write(
                    "VirtualService/default/reviews",
                    NewerBuild.encode(reviews, record -> route(record).put("novelty", "shiny")));
        }
    }

    @Test
    void aNewerRuleIsToldAndNeverTakenForMissing() {
        for (String[] read : new String[][] {
            {"get", "vs"}, {"get", "vs", "reviews", "-o", "yaml"}, {"get", "vs/reviews", "-o", "json"}, {"export"}
        }) {
            CommandLineRun run = weft(read);
            assertThat(run.exitCode()).as(String.join(" ", read)).isEqualTo(1);
            assertThat(run.err())
                    .contains("▲ VirtualService/default/reviews cannot be read")
                    .contains(WHY);
            assertThat(run.out()).doesNotContain("reviews");
        }
        assertThat(weft("get", "dr").err()).isEqualTo("no rules in namespace default\n");
        assertThat(weft("get", "vs", "ratings").err()).contains("not found");
    }

    @Test
    void itIsNotWrittenOverUnlessForced() throws IOException {
        String file = Files.writeString(folder.resolve("rules.yaml"), REVIEWS).toString();
        for (String[] write : new String[][] {
            {"apply", "-f", file, "--no-wait"}, {"apply", "-f", file, "--dry-run=server"},
        }) {
            CommandLineRun refused = weft(write);
            assertThat(refused.exitCode()).isEqualTo(65);
            assertThat(refused.err())
                    .contains("the version in force would be lost")
                    .contains(WHY);
        }
        assertThat(weft("diff", "-f", file).err()).contains("is taken as not there: " + WHY);

        assertThat(weft("apply", "-f", file, "--no-wait", "--force").exitCode()).isZero();
        assertThat(weft("get", "vs", "reviews", "-o", "name").out()).isEqualTo("virtualservice/reviews\n");
        CommandLineRun back = weft("undo", "--to", "bundle/1", "--no-wait");
        assertThat(back.exitCode()).isEqualTo(1);
        assertThat(back.err()).contains("VirtualService/default/reviews as of bundle/1 cannot be read: " + WHY);
        assertThat(weft("show", "bundle/2").err()).contains(WHY);
        assertThat(weft("get", "vs", "--at", "bundle/1").err()).contains(WHY);
    }

    @Test
    void itMayBeDeleted() {
        assertThat(weft("delete", "vs", "reviews", "--no-wait").exitCode()).isZero();
        assertThat(weft("get", "vs").err()).isEqualTo("no rules in namespace default\n");
    }
}
