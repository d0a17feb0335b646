package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;
import weft.schema.Verdict;

/** The command against a real broker. */
class LogCommandsTest {
    private static final String REVIEWS = OfflineCommandsTest.REVIEWS;

    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private CommandLineRun weft(String... arguments) {
        List<String> mesh = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", topics.prefix());
        return CommandLineRun.withInput("", Map.of("WEFT_AUTHOR", "ada"), CommandLineRun.with(mesh, arguments));
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("rules.yaml"), text).toString();
    }

    private void report(String proxy, Verdict verdict, long revision, Rejection... rejections)
            throws ExecutionException, InterruptedException {
        report(proxy, verdict, revision, "", rejections);
    }

    private void report(String proxy, Verdict verdict, long revision, String hash, Rejection... rejections)
            throws ExecutionException, InterruptedException {
        ProxyStatus status = ProxyStatus.newBuilder()
                .setProxyId(proxy)
                .setBootId("1")
                .setVerdict(verdict)
                .setAppliedRevision(revision)
                .setTableHash(hash)
                .setRejections(new ArrayList<>(List.of(rejections)))
                .setReportedAt(System.currentTimeMillis())
                .setLeaseMillis(60_000)
                .build();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(broker.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            topics.proxies(), proxy.getBytes(StandardCharsets.UTF_8), new WireCodec().encode(status)))
                    .get();
        }
    }

    @Test
    void applyGetDeleteHistory() throws IOException {
        String file = file(REVIEWS);
        assertThat(weft("apply", "-f", file, "--dry-run=server").exitCode()).isEqualTo(1);

        CommandLineRun created = weft("apply", "-f", file, "-m", "first");
        assertThat(created.err()).isEmpty();
        assertThat(created.out())
                .startsWith("virtualservice/reviews created\nbundle 1 @ " + topics.rules() + ":")
                .endsWith(" published; no proxy is live\n");
        assertThat(created.exitCode()).isZero();

        CommandLineRun again = weft("apply", "-f", file, "--detailed-exitcode");
        assertThat(again.out())
                .startsWith("virtualservice/reviews unchanged\nbundle 1 @ ")
                .contains(" stands");
        assertThat(again.exitCode()).isZero();

        file(REVIEWS.replace("v1}", "v2}"));
        CommandLineRun trial = weft("apply", "-f", file, "--dry-run=server");
        assertThat(trial.out()).isEqualTo("virtualservice/reviews configured (dry run)\n");
        CommandLineRun changed = weft("apply", "-f", file, "-m", "second", "--no-wait", "--detailed-exitcode");
        assertThat(changed.out()).startsWith("virtualservice/reviews configured\nbundle 2 @ ");
        assertThat(changed.exitCode()).isEqualTo(2);

        assertThat(weft("get").out()).contains("NAME").contains("virtualservice/reviews   reviews   ");
        assertThat(weft("get", "vs", "-A", "-o", "wide").out()).contains("rules.yaml:1");
        assertThat(weft("get", "-o", "name").out()).isEqualTo("virtualservice/reviews\n");
        CommandLineRun yaml = weft("get", "vs", "reviews", "-o", "yaml");
        assertThat(yaml.out()).contains("subset: v2").contains("generation: 2");
        file(yaml.out());
        assertThat(weft("apply", "-f", file).out()).startsWith("virtualservice/reviews unchanged\n");
        file(weft("get", "-o", "json").out());
        assertThat(weft("apply", "-f", file).out()).startsWith("virtualservice/reviews unchanged\n");

        CommandLineRun deleted = weft("delete", "vs", "reviews", "-m", "gone");
        assertThat(deleted.out()).startsWith("virtualservice/reviews deleted\nbundle 3 @ ");
        assertThat(deleted.exitCode()).isZero();
        assertThat(weft("delete", "vs/reviews").exitCode()).isEqualTo(1);
        assertThat(weft("delete", "vs/reviews", "--ignore-not-found").exitCode())
                .isZero();
        assertThat(weft("get").err()).isEqualTo("no rules in namespace default\n");
        assertThat(weft("get", "vs", "reviews").err())
                .isEqualTo("weft: virtualservice/reviews not found in namespace default\n");

        CommandLineRun history = weft("history");
        assertThat(history.out().lines().map(l -> l.replaceAll("\\s+", " ").replaceAll("\\d+s ago", "now")))
                .containsExactly(
                        "BUNDLE TIME AUTHOR MESSAGE COMMIT CHANGES",
                        "3 now ada gone - virtualservice/reviews deleted",
                        "2 now ada second - virtualservice/reviews configured",
                        "1 now ada first - virtualservice/reviews created");
        assertThat(weft("history", "--limit", "1", "-o", "json").out())
                .contains("\"bundle\":3")
                .doesNotContain("first");
    }

    @Test
    void applySaysWhenEveryProxyServes() throws Exception {
        String file = file(REVIEWS);
        assertThat(weft("apply", "-f", file).exitCode()).isZero();
        report("gw-1", Verdict.ACK, 2);
        report("edge-2", Verdict.ACK, 2);
        file(REVIEWS.replace("v1}", "v2}"));
        CommandLineRun run = weft("apply", "-f", file);
        assertThat(run.out().lines().toList().get(1))
                .matches("bundle 2 @ " + topics.rules() + ":\\d+ applied by 2/2 proxies in \\d+ ms");
        assertThat(run.exitCode()).isZero();
        assertThat(weft("apply", "-f", file).out()).contains(" stands, served by 2/2 proxies");
        assertThat(weft("proxies").out()).contains("gw-1").contains("SYNCED");
    }

    @Test
    void proxyThatDoesNotAnswerIsNamedAndEndsWith75() throws Exception {
        String file = file(REVIEWS);
        weft("apply", "-f", file, "--no-wait");
        report("gw-1", Verdict.ACK, 1);
        file(REVIEWS.replace("v1}", "v2}"));
        CommandLineRun run = weft("apply", "-f", file, "--wait=300ms");
        assertThat(run.out()).contains("applied by 0/1 proxies");
        assertThat(run.err()).startsWith("▲ gw-1 has not answered; it serves bundle 1, last heard of ");
        assertThat(run.exitCode()).isEqualTo(75);
        assertThat(weft("proxies", "-o", "json").out()).contains("\"status\":\"behind\"");
    }

    @Test
    void rejectionIsExplainedAndEndsWith80() throws Exception {
        String file = file(REVIEWS);
        weft("apply", "-f", file, "--no-wait");
        report("old", Verdict.NACK, 2, new Rejection("VirtualService/default/reviews", "x", "too new for me", 7L));
        report("fine", Verdict.NACK, 2, new Rejection("Gateway/default/other", "x", "an older grievance", 3L));
        file(REVIEWS.replace("v1}", "v2}"));
        CommandLineRun run = weft("apply", "-f", file);
        assertThat(run.out()).contains("applied by 1/2 proxies");
        assertThat(run.err())
                .contains("✘ old rejects VirtualService/default/reviews: too new for me")
                .contains("▲ fine rejects Gateway/default/other: an older grievance");
        assertThat(run.exitCode()).isEqualTo(80);
        CommandLineRun check = weft("check");
        assertThat(check.out()).contains("✔ topic " + topics.rules()).contains("✘ proxy old: rejects");
        assertThat(check.exitCode()).isEqualTo(1);
    }

    @Test
    void whoeverComesSecondIsToldWhoCameFirst() throws IOException {
        String file = file(REVIEWS + "---\n" + REVIEWS.replace("name: reviews", "name: other"));
        weft("apply", "-f", file, "--no-wait");
        String read = weft("get", "vs", "reviews", "-o", "yaml").out();
        assertThat(read).contains("resourceVersion: weft-");
        file(REVIEWS.replace("v1}", "v2}"));
        weft("apply", "-f", file, "--no-wait", "-m", "to v2");

        file(read.replace("subset: v1", "subset: v3"));
        CommandLineRun stale = weft("apply", "-f", file, "--no-wait");
        assertThat(stale.exitCode()).isEqualTo(81);
        assertThat(stale.err())
                .matches("weft: conflict: virtualservice/reviews was changed by bundle 2 \\(by ada, \\ds ago: to v2\\);"
                        + " nothing was published.*\n");
        assertThat(weft("delete", "-f", file, "--no-wait").exitCode()).isEqualTo(81);
        assertThat(weft("get", "vs", "reviews", "-o", "yaml").out()).contains("subset: v2");
        file(read.replace("subset: v1", "subset: v2"));
        assertThat(weft("apply", "-f", file, "--no-wait").out()).startsWith("virtualservice/reviews unchanged\n");

        file(REVIEWS.replace("v1}", "v3}"));
        assertThat(weft("apply", "-f", file, "--no-wait", "--expect", "bundle/1", "-o", "json")
                        .out())
                .contains("\"published\":false,\"conflicts\":[{\"kind\":\"VirtualService\"")
                .contains("\"changedBy\":2,\"author\":\"ada\"");
        assertThat(weft("apply", "-f", file, "--no-wait", "--expect", "bundle/7")
                        .err())
                .isEqualTo("weft: --expect: there is no bundle/7, the last is bundle/2\n");
        assertThat(weft("apply", "-f", file, "--no-wait", "--expect", "bundle/2")
                        .out())
                .startsWith("virtualservice/reviews configured\nbundle 3 @ ");
        file(read.replace("subset: v1", "subset: v4"));
        assertThat(weft("apply", "-f", file, "--no-wait", "--force").out())
                .startsWith("virtualservice/reviews configured\nbundle 4 @ ");
    }

    @Test
    void waitingForABundleSaysWhoDoesNotFollow() throws Exception {
        String file = file(REVIEWS);
        weft("apply", "-f", file, "--no-wait");
        assertThat(weft("wait").out()).isEqualTo("bundle 1: no proxy is live\n");
        file(REVIEWS.replace("v1}", "v2}"));
        weft("apply", "-f", file, "--no-wait");
        report("gw-1", Verdict.ACK, 2);
        assertThat(weft("wait").out()).startsWith("bundle 2 applied by 1/1 proxies, waited ");
        report("edge-2", Verdict.ACK, 1);
        assertThat(weft("wait", "bundle/1").exitCode()).isZero();
        CommandLineRun late = weft("wait", "bundle/2", "--timeout", "300ms");
        assertThat(late.exitCode()).isEqualTo(75);
        assertThat(late.err()).startsWith("▲ edge-2 has not answered; it serves bundle 1, ");
        report("edge-2", Verdict.NACK, 2, new Rejection("VirtualService/default/reviews", "x", "too new", 7L));
        CommandLineRun rejected = weft("wait", "bundle/2", "-o", "json");
        assertThat(rejected.exitCode()).isEqualTo(80);
        assertThat(rejected.out())
                .contains("\"outcome\":\"rejected\",\"bundle\":2,\"detail\":\"\",\"rejections\":[{\"key\":");
        assertThat(weft("wait", "bundle/3").exitCode()).isEqualTo(1);
    }

    @Test
    void proxiesAreGroupedByWhatTheyServe() throws Exception {
        weft("apply", "-f", file(REVIEWS), "--no-wait");
        report("a", Verdict.ACK, 1, "aaaa");
        report("b", Verdict.ACK, 1, "aaaa");
        assertThat(weft("proxies").out()).doesNotContain("HASH");
        report("c", Verdict.NACK, 1, "cccc", new Rejection("VirtualService/default/reviews", "x", "too new", 7L));
        CommandLineRun run = weft("proxies");
        assertThat(run.out().lines().map(line -> line.replaceAll("\\s+", " ")))
                .contains("HASH BUNDLES PROXIES WHO", "aaaa 1 2 a, b", "cccc 1 1 c")
                .contains("✘ c rejects VirtualService/default/reviews: too new; it keeps the last version it accepted");
        assertThat(weft("proxies", "-o", "json").out())
                .contains("\"hashes\":[{\"hash\":\"aaaa\",\"proxies\":[\"a\",\"b\"]}");
    }

    @Test
    void historyOfOneRule() throws IOException {
        weft("apply", "-f", file(REVIEWS), "--no-wait", "-m", "first");
        weft("apply", "-f", file(REVIEWS.replace("reviews", "ratings")), "--no-wait", "-m", "other");
        weft("apply", "-f", file(REVIEWS.replace("v1}", "v2}")), "--no-wait", "-m", "third");
        assertThat(weft("history", "vs/reviews").out())
                .contains("first")
                .contains("third")
                .doesNotContain("other");
        assertThat(weft("history", "vs/reviews", "--limit", "1").out())
                .contains("third")
                .doesNotContain("first");
        assertThat(weft("history", "vs/nobody").err()).isEqualTo("no such bundle in the journal\n");
        assertThat(weft("history", "--since", "1h").out().lines()).hasSize(4);
        assertThat(weft("history", "--since", "2100-01-01").out().lines()).hasSize(1);
    }

    @Test
    void checkMendsTopics() throws Exception {
        assertThat(weft("check").out())
                .contains("does not exist yet; its first writer creates it, or weft check --fix");
        CommandLineRun created = weft("check", "--fix");
        assertThat(created.out())
                .contains("✔ topic " + topics.journal() + ": created")
                .contains("▲ acls: the brokers have no authorizer: whoever reaches them may write rules");
        assertThat(created.exitCode()).isZero();
        CommandLineRun judged = weft("check", "--principal", "publisher=User:ci");
        assertThat(judged.out()).contains("✘ acls: the brokers have no authorizer");
        assertThat(judged.exitCode()).isEqualTo(1);
        try (Admin admin = Admin.create(broker.clientProperties())) {
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, topics.rules());
            AlterConfigOp wrong =
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(wrong))).all().get();
        }
        CommandLineRun broken = weft("check");
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.out())
                .contains("✘ topic " + topics.rules() + ": cleanup.policy: \"delete\" (expected: \"compact\")")
                .contains(", or: weft check --fix");
        CommandLineRun mended = weft("check", "--fix");
        assertThat(mended.exitCode()).isZero();
        assertThat(mended.out())
                .contains("✔ topic " + topics.rules() + ": mended: cleanup.policy is now compact")
                .contains("▲ topic " + topics.rules() + ": rules may have aged away before");
        assertThat(weft("check", "-o", "json").out()).contains("\"broken\" : false");
    }

    @Test
    void auditOfATrueHistory() throws IOException {
        assertThat(weft("audit", "verify").exitCode()).isEqualTo(1); // no mesh yet
        weft("apply", "-f", file(REVIEWS), "--no-wait");
        weft("delete", "vs/reviews", "--no-wait");
        CommandLineRun run = weft("audit", "verify");
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .isEqualTo("✔ unbroken: bundle 1 to bundle 2, 2 bundles, as the last commit record vouches\n");
        assertThat(weft("audit", "verify", "-o", "json").out()).contains("\"unbroken\" : true");
        assertThat(weft("audit", "mend").exitCode()).isEqualTo(64);
    }

    @Test
    void oneBadDocumentKeepsAllOffTheLog() throws IOException {
        CommandLineRun run = weft("apply", "-f", file(REVIEWS + "---\n" + REVIEWS.replace("hosts", "hots")));
        assertThat(run.exitCode()).isEqualTo(65);
        assertThat(weft("apply", "-f", file(REVIEWS), "--no-wait").out()).contains("created\nbundle 1 @ ");
    }

    @Test
    void pruneDeletesWhatIsNoLongerThere() throws IOException {
        String labelled = REVIEWS.replace("  name: reviews", "  name: reviews\n  labels: {team: shop}");
        weft("apply", "--no-wait", "-f", file(labelled + "---\n" + labelled.replace("name: reviews", "name: old")));
        CommandLineRun run = weft("apply", "--no-wait", "--prune", "-l", "team=shop", "-f", file(labelled));
        assertThat(run.out()).startsWith("virtualservice/reviews unchanged\nvirtualservice/old deleted\n");
    }

    @Test
    void jsonTellsEverything() throws IOException {
        CommandLineRun run = weft("apply", "-o", "json", "-f", file(REVIEWS));
        assertThat(run.out())
                .contains("\"apiVersion\":\"weft/v1\",\"bundle\":1,\"published\":true")
                .contains("\"name\":\"reviews\",\"outcome\":\"created\"");
    }
}
