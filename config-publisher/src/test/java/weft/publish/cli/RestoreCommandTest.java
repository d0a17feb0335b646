package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.publish.log.JournalAudit;
import weft.publish.log.MeshAddress;
import weft.schema.ProxyStatus;
import weft.schema.Verdict;

/** The rules topic is lost, and comes back from its journal, against a real broker. */
class RestoreCommandTest {
    private static final String REVIEWS = OfflineCommandsTest.REVIEWS;

    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();

    @TempDir
    private Path folder = Path.of("");

    private CommandLineRun weft(String... arguments) {
        List<String> where = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", topics.prefix());
        return CommandLineRun.withInput("", Map.of("WEFT_AUTHOR", "ada"), CommandLineRun.with(where, arguments));
    }

    private String file(String text) throws Exception {
        return Files.writeString(folder.resolve("rules.yaml"), text).toString();
    }

    @BeforeEach
    void publishTwice() throws Exception {
        weft("apply", "-f", file(REVIEWS + "---\n" + REVIEWS.replace("reviews", "ratings")), "--no-wait");
        weft("apply", "-f", file(REVIEWS.replace("v1}", "v2}")), "--no-wait");
    }

    private void loseRules() throws Exception {
        try (Admin admin = Admin.create(broker.clientProperties())) {
            admin.deleteTopics(List.of(topics.rules())).all().get();
        }
    }

    private void report(ByteBuffer digest) throws Exception {
        ProxyStatus status = ProxyStatus.newBuilder()
                .setProxyId("gw-1")
                .setBootId("boot")
                .setVerdict(Verdict.ACK)
                .setAppliedRevision(2)
                .setStateDigest(digest)
                .setReportedAt(System.currentTimeMillis())
                .setLeaseMillis(60_000)
                .build();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(broker.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] key = "gw-1".getBytes(StandardCharsets.UTF_8);
            byte[] value = WireCodec.withLocalSchemas().encode(status);
            producer.send(new ProducerRecord<>(topics.proxies(), key, value)).get();
        }
    }

    private ByteBuffer journalDigest() {
        MeshAddress mesh = new MeshAddress(broker.clientProperties(), topics, Duration.ofSeconds(60));
        return new JournalAudit(mesh).recollect().rules().stateDigest();
    }

    @Test
    void aTopicThatWasDeletedComesBackAsTheNextBundle() throws Exception {
        String before = weft("export").out();
        loseRules();
        CommandLineRun refused = weft("apply", "-f", file(REVIEWS), "--no-wait");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("ends with bundle 0, its journal with bundle 2")
                .contains("weft restore");

        CommandLineRun told = weft("restore", "--dry-run");
        assertThat(told.err()).isEqualTo("2 rules as of bundle 2, by the journal alone\n");
        assertThat(told.out()).isEqualTo("virtualservice/ratings\nvirtualservice/reviews\n");
        CommandLineRun restored = weft("restore", "--no-wait");
        assertThat(restored.exitCode()).as(restored.err()).isZero();
        assertThat(restored.out()).matches("bundle 3 @ " + topics.rules() + ":\\d+ published\n");

        assertThat(weft("export").out()).isEqualTo(before);
        assertThat(weft("history", "-o", "json").out()).contains("restored bundle 2");
        assertThat(weft("audit", "verify").out()).startsWith("✔ unbroken: bundle 1 to bundle 3");
        assertThat(weft("restore").out()).isEqualTo("nothing is lost: bundle 3 is in force\n");
        assertThat(weft("apply", "-f", file(REVIEWS), "--no-wait").out()).contains("bundle 4 @ ");
    }

    @Test
    void aProxyThatServesOtherRulesIsBelievedRatherThanTheJournal() throws Exception {
        report(ByteBuffer.wrap(new byte[32]));
        loseRules();
        weft("check", "--fix");
        CommandLineRun doubted = weft("restore", "--no-wait");
        assertThat(doubted.exitCode()).isEqualTo(1);
        assertThat(doubted.err()).startsWith("weft: gw-1 serves bundle 2 with other rules than the journal adds up to");

        report(journalDigest());
        CommandLineRun told = weft("restore", "--no-wait");
        assertThat(told.err()).isEqualTo("2 rules as of bundle 2, as 1 of the proxies serve them\n");
        assertThat(told.exitCode()).isZero();
    }
}
