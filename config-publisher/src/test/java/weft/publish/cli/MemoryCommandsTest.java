package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.BundleDraft;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.publish.Conformance;
import weft.publish.log.MeshAddress;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.ResourceTree;
import weft.publish.yaml.SourceText;
import weft.publish.yaml.YamlWriter;
import weft.rules.RuleKey;

/** What the log remembers, and the way back, against a real broker. */
class MemoryCommandsTest {
    private static final String REVIEWS = OfflineCommandsTest.REVIEWS;
    private static final String SPLIT = REVIEWS.replace(
            "subset: v1}",
            "subset: v1}\n      weight: 90\n    - destination: {host: reviews, subset: v2}\n      weight: 10");
    private static final String RATINGS = REVIEWS.replace("reviews", "ratings");

    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();
    private final RulePublisher publisher = new MeshAddress(broker.clientProperties(), topics, Duration.ofSeconds(60))
            .publisher("test", WireCodec.withLocalSchemas());
    private Map<String, String> environment = Map.of("WEFT_AUTHOR", "ada", "HOSTNAME", "desk");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private CommandLineRun weft(String... arguments) {
        return weft(topics, arguments);
    }

    private CommandLineRun weft(TopicNames mesh, String... arguments) {
        List<String> where = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", mesh.prefix());
        return CommandLineRun.withInput("", environment, CommandLineRun.with(where, arguments));
    }

    /** As weft apply does, without making clients anew each time. */
    private void apply(String text, String why) {
        List<SpecificRecord> rules = new DocumentDecoder(new ResourceKinds(), "default", RuleChecks.ALL)
                .decode(new SourceText("rules.yaml", text)).stream()
                        .map(document -> ((Resource) document).record())
                        .toList();
        publisher.publish(BundleDraft.upserting(rules).by("ada", "desk", why, ""));
    }

    @AfterEach
    void close() {
        publisher.close();
    }

    private String file(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bundle 1: all to v1; 2: 10 % to v2; 3: ratings. */
    @BeforeEach
    void publish() {
        apply(REVIEWS, "first");
        apply(SPLIT, "ten percent");
        apply(RATINGS, "ratings too");
    }

    @Test
    void oneBundleIsShownWithWhoWhyAndWhatItMeans() {
        CommandLineRun run = weft("show", "bundle/2");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("bundle 2   ")
                .contains("\n  by      ada on desk\n  why     ten percent\n")
                .contains("\nvirtualservice/reviews configured\n  10 % of reviews moves from v1 to v2\n")
                .contains("--- virtualservice/reviews before\n+++ virtualservice/reviews bundle/2\n@@ ")
                .contains("\n+      weight: 90\n");
        assertThat(weft("show").out()).startsWith("bundle 3   ").contains("virtualservice/ratings created");
        assertThat(weft("show", "2", "-o", "meaning").out()).doesNotContain("+++");
        assertThat(weft("show", "2", "-o", "json").out())
                .contains("\"author\" : \"ada\"")
                .contains("\"meaning\" : [ \"10 % of reviews moves from v1 to v2\" ]");
        assertThat(weft("show", "bundle/9").err())
                .isEqualTo("weft: there is no bundle/9 in the journal, the last is bundle/3\n");
        assertThat(weft("show", "last").exitCode()).isEqualTo(64);
    }

    @Test
    void undoTakesBackAndUndoneAgainBringsBack() {
        apply(REVIEWS.replace("v1}", "v3}"), "all to v3");
        CommandLineRun undone = weft("undo", "--no-wait");
        assertThat(undone.err()).isEmpty();
        assertThat(undone.out()).startsWith("virtualservice/reviews configured\nbundle 5 @ ");
        assertThat(weft("get", "vs", "reviews", "-o", "yaml").out()).contains("weight: 90");
        assertThat(weft("history", "--limit", "1").out()).contains("undo bundle 4: all to v3");
        assertThat(weft("undo", "bundle/5", "--no-wait", "-m", "no, do").out()).contains("bundle 6 @ ");
        assertThat(weft("get", "vs", "reviews", "-o", "yaml").out()).contains("subset: v3");
        assertThat(weft("diff", "bundle/4", "bundle/6").exitCode()).isZero();
        assertThat(weft("diff", "bundle/3", "bundle/5").exitCode()).isZero();
    }

    @Test
    void undoRefusesWhenLaterBundlesBuiltOnIt() {
        apply(REVIEWS.replace("v1}", "v3}"), "all to v3");
        CommandLineRun refused = weft("undo", "bundle/2", "--no-wait");
        assertThat(refused.exitCode()).isEqualTo(81);
        assertThat(refused.err())
                .contains("bundle 2 cannot be undone, since later bundles changed the same rules:\n"
                        + "  virtualservice/reviews by bundle 4 (by ada, ")
                .contains("(weft undo bundle/4)");
        assertThat(weft("undo", "bundle/3", "--no-wait").out()).startsWith("virtualservice/ratings deleted\n");
        assertThat(weft("undo", "bundle/2", "--force", "--no-wait").exitCode()).isZero();
        assertThat(weft("get", "vs", "reviews", "-o", "yaml").out())
                .contains("subset: v1")
                .doesNotContain("weight");
    }

    @Test
    void undoOfADeletionBringsTheRuleBackAtItsOldAge() {
        String created = creationOf("reviews");
        weft("delete", "vs/reviews", "--no-wait");
        assertThat(weft("undo", "--no-wait").out()).startsWith("virtualservice/reviews created\n");
        assertThat(creationOf("reviews")).isEqualTo(created).isNotEmpty();
        assertThat(weft("diff", "bundle/3", "bundle/5").exitCode()).isZero();
    }

    private String creationOf(String name) {
        return weft("get", "vs", name, "-o", "yaml")
                .out()
                .lines()
                .filter(line -> line.contains("creationTimestamp"))
                .findFirst()
                .orElse("");
    }

    @Test
    void everythingGoesBackToAMoment() {
        CommandLineRun trial = weft("undo", "--to", "bundle/1", "--dry-run");
        assertThat(trial.out())
                .contains("virtualservice/ratings deleted\n  no longer: ratings → v1\n")
                .contains("10 % of reviews moves from v2 to v1");
        assertThat(weft("undo", "--to", "bundle/1", "--no-wait").exitCode()).isZero();
        assertThat(weft("diff", "bundle/1").exitCode()).isZero();
        assertThat(weft("history", "--limit", "1").out()).contains("back to bundle/1");
    }

    @Test
    void diffSaysWhatItWouldMeanAndEndsAsKubectlDoes() {
        CommandLineRun files = weft("diff", "-f", file("rules.yaml", REVIEWS.replace("v1}", "v2}")));
        assertThat(files.exitCode()).isEqualTo(1);
        assertThat(files.out())
                .startsWith("virtualservice/reviews configured\n  90 % of reviews moves from v1 to v2\n"
                        + "--- virtualservice/reviews bundle/3\n+++ virtualservice/reviews ")
                .contains("rules.yaml:1\n@@ ");
        CommandLineRun same = weft("diff", "-f", file("rules.yaml", SPLIT));
        assertThat(same.exitCode()).isZero();
        assertThat(same.out()).isEmpty();
        CommandLineRun past = weft("diff", "bundle/1", "bundle/2", "-o", "meaning");
        assertThat(past.out()).isEqualTo("virtualservice/reviews configured\n  10 % of reviews moves from v1 to v2\n");
        assertThat(past.exitCode()).isEqualTo(1);
        assertThat(weft("diff", "30d", "bundle/1", "-o", "json").out()).contains("\"operation\" : \"created\"");
        assertThat(weft("diff", "bundle/1", "bundle/9").exitCode()).isEqualTo(2);
        assertThat(weft("diff").exitCode()).isEqualTo(64);
        assertThat(weft("diff", "-f", file("rules.yaml", SPLIT), "--at", "bundle/1")
                        .exitCode())
                .isEqualTo(1);
        environment = Map.of("WEFT_EXTERNAL_DIFF", "diff -r");
        assertThat(weft("diff", "bundle/1", "bundle/2").out()).contains(">       weight: 90");
    }

    @Test
    void anyMomentOfThePast() throws InterruptedException {
        Instant then = Instant.now();
        Thread.sleep(2); // a bundle of the same millisecond would count as published by then
        apply(REVIEWS.replace("v1}", "v3}"), "all to v3");
        assertThat(weft("get", "vs", "reviews", "-o", "yaml", "--at", then.toString())
                        .out())
                .contains("weight: 90")
                .doesNotContain("resourceVersion");
        assertThat(weft("get", "--at", "bundle/1", "-o", "name").out()).isEqualTo("virtualservice/reviews\n");
        assertThat(weft("get", "--at", "1d").err()).isEqualTo("no rules in namespace default\n");
        assertThat(weft("get", "--at", "yesterday").err())
                .contains("--at: \"yesterday\" (expected: bundle/N, a time as 2026-11-21T14:05Z, or 2h for");
        assertThat(weft("diff", "--at", "1h", "-o", "meaning").out()).contains("virtualservice/ratings created");
        assertThat(weft("export", "--at", "bundle/1").out())
                .contains("subset: v1")
                .doesNotContain("weight");
        assertThat(weft("explain", "GET", "http://reviews/", "--at", then.toString())
                        .exitCode())
                .isEqualTo(weft("explain", "GET", "http://reviews/", "--at", "bundle/3")
                        .exitCode());
    }

    @Test
    void whatIsExportedAppliesBackToTheSameState() throws IOException {
        Map<RuleKey, Resource> samples = samples();
        assertThat(samples).hasSizeGreaterThan(150);
        Path in = Files.createDirectory(folder.resolve("in"));
        ResourceTree trees = new ResourceTree(new ResourceKinds());
        int i = 0;
        for (Resource sample : samples.values()) {
            Files.writeString(in.resolve(i++ + ".yaml"), YamlWriter.write(trees.of(sample.rule())));
        }
        TopicNames first = TestBroker.freshTopics();
        TopicNames second = TestBroker.freshTopics();
        assertThat(weft(first, "apply", "--no-wait", "-f", in.toString()).exitCode())
                .isZero();

        Path out = folder.resolve("out");
        CommandLineRun export = weft(first, "export", "-o", "dir", out.toString());
        assertThat(export.err()).isEqualTo(samples.size() + " rules of bundle/1 written to " + out + "\n");
        assertThat(weft(first, "export", "-o", "dir", out.toString()).exitCode())
                .isEqualTo(64);
        assertThat(weft(first, "diff", "-f", out.toString()).exitCode()).isZero();
        assertThat(weft(second, "apply", "--no-wait", "-f", out.toString()).exitCode())
                .isZero();
        assertThat(weft(second, "diff", "-f", in.toString()).exitCode()).isZero();
        assertThat(undated(weft(second, "export").out()))
                .isEqualTo(undated(weft(first, "export").out()))
                .hasSizeGreaterThan(1000);
        String stream = file("all.yaml", weft(first, "export").out());
        assertThat(weft(first, "apply", "--no-wait", "-f", stream, "--detailed-exitcode")
                        .exitCode())
                .isZero();

        assertThat(weft(first, "delete", "--no-wait", "--yes", "-f", in.toString())
                        .exitCode())
                .isZero();
        assertThat(weft(first, "undo", "--no-wait").exitCode()).isZero();
        weft(first, "export", "-o", "dir", "--overwrite", out.toString());
        assertThat(weft(second, "diff", "-f", out.toString()).exitCode()).isZero();
        try (Stream<Path> files = Files.walk(out)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(samples.size());
        }
    }

    private static List<String> undated(String yaml) {
        return yaml.lines().filter(line -> !line.contains("creationTimestamp")).toList();
    }

    /** Every valid resource of Istio's samples, each key once. */
    private static Map<RuleKey, Resource> samples() {
        DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "default", RuleChecks.ALL);
        Map<RuleKey, Resource> samples = new HashMap<>();
        Set<String> files = new HashSet<>();
        for (Path file : Conformance.yamlFiles("verbatim")) {
            for (DecodedDocument document : decoder.decode(new SourceText(file.toString(), Conformance.text(file)))) {
                String fileName = document.identity().kind().toLowerCase(java.util.Locale.ROOT)
                        + document.identity().name()
                        + document.identity().namespace();
                if (document instanceof Resource resource && files.add(fileName)) {
                    samples.put(resource.rule().key(), Objects.requireNonNull(resource));
                }
            }
        }
        return samples;
    }

    @Test
    void aWipeMustBeMeant() throws IOException {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            many.append("---\n")
                    .append(REVIEWS.replace("  name: reviews", "  name: r" + i + "\n  labels: {team: shop}"));
        }
        apply(many.toString(), "many");
        String other = file("ratings.yaml", RATINGS);
        String[] wipe = {"apply", "--no-wait", "-f", other, "--prune", "-l", "team=shop"};
        CommandLineRun refused = weft(wipe);
        assertThat(refused.exitCode()).isEqualTo(64);
        assertThat(refused.err())
                .contains("this deletes 12 of 14 rules in force; nothing was published (if that is meant, add --yes)");
        assertThat(weft("diff", "-f", other, "--prune", "-l", "team=shop", "-o", "meaning")
                        .out())
                .contains("virtualservice/r11 deleted\n  no longer: reviews → v1\n");
        assertThat(weft("delete", "--no-wait", "-f", file("many.yaml", many.toString()))
                        .exitCode())
                .isEqualTo(64);
        assertThat(weft("undo", "--no-wait").exitCode()).isEqualTo(64);
        assertThat(weft("get", "-o", "name").out().lines()).hasSize(14);
        assertThat(weft("delete", "--no-wait", "vs", "r0", "r1").exitCode()).isZero();
        assertThat(weft(CommandLineRun.with(List.of("--yes"), wipe)).out()).contains("virtualservice/r11 deleted");
        assertThat(weft("get", "-o", "name").out().lines()).hasSize(2);
    }
}
