package weft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Logs that an attacker, or an accident, has written to between a publisher's bundles. */
class RuleFoldTest {
    private static final String KEY = "VirtualService/default/a";

    private final LogScript log = new LogScript();
    private final List<SkippedRecord> skipped = new ArrayList<>();

    /** Folds a whole log the way a reader does that starts at its beginning. */
    private RuleFold fold(List<ConsumerRecord<byte[], byte[]>> records) {
        Reading reading = new Reading();
        records.forEach(reading::take);
        reading.fold.settleByDigest();
        reading.fold.forgetDoubtful();
        skipped.addAll(reading.skipped);
        return reading.fold;
    }

    /** An intake and a fold without a broker. */
    private static final class Reading {
        final List<SkippedRecord> skipped = new ArrayList<>();
        final RuleFold fold;
        private final BundleIntake intake;

        Reading() {
            WireCodec codec = WireCodec.withLocalSchemas();
            SchemaLog schemas = new SchemaLog(
                    Map.of("bootstrap.servers", "127.0.0.1:1"), new TopicNames("none"), codec, Duration.ofMillis(1));
            fold = new RuleFold(new BundleTrust(TrustedKeys.NONE, "rules", codec), skipped::add);
            intake = new BundleIntake(new RecordDecoder(codec, schemas), skipped::add);
        }

        void take(ConsumerRecord<byte[], byte[]> record) {
            intake.take(record, fold, false);
        }
    }

    private static byte[] value(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static BundleHeaders headers(long revision, String bundle) {
        return new BundleHeaders(revision, 1, 0, bundle);
    }

    private void publish(String key, String value) {
        Map<String, byte @Nullable []> one = new LinkedHashMap<>();
        one.put(key, value(value));
        log.publish(one);
    }

    private void assertThatOnlyThePublisherCounts(RuleFold fold) {
        assertThat(fold.revision()).isEqualTo(log.revision());
        assertThat(fold.agrees()).isTrue();
        assertThat(texts(fold)).isEqualTo(texts(log.truth));
    }

    private static Map<String, String> texts(RuleFold fold) {
        Map<String, byte[]> live = new TreeMap<>();
        fold.live().forEach((key, value) -> live.put(key, value.bytes()));
        return texts(live);
    }

    private static Map<String, String> texts(Map<String, byte[]> values) {
        Map<String, String> texts = new TreeMap<>();
        values.forEach((key, value) -> texts.put(key, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }

    private void assertThatTheAttackIsSkipped() {
        assertThatOnlyThePublisherCounts(fold(log.records));
        assertThat(skipped.stream().map(SkippedRecord::offset)).containsAll(log.evil);
    }

    @Test
    void aRecordOfNoBundleIsSkipped() {
        publish(KEY, "one");
        log.attack(KEY, value("evil"), null);
        assertThatTheAttackIsSkipped();
        publish("VirtualService/default/b", "two");
        assertThatTheAttackIsSkipped();
        assertThat(skipped).extracting(SkippedRecord::reason).contains(SkipReason.NO_BUNDLE);
    }

    @Test
    void aRecordWhoseBundleNeverEndsIsSkippedByTheNextBundle() {
        publish(KEY, "one");
        log.attack(KEY, value("evil"), headers(2, "evil"));
        assertThatOnlyThePublisherCounts(fold(log.records));
        publish("VirtualService/default/b", "two");
        assertThatTheAttackIsSkipped();
        assertThat(fold(log.records).shadowed()).containsExactly(KEY);
        publish(KEY, "one again");
        assertThat(fold(log.records).shadowed()).isEmpty();
    }

    @Test
    void aBundleWrittenAgainIsSkipped() {
        publish(KEY, "one");
        publish(KEY, "two");
        log.replay(0, 2);
        assertThatTheAttackIsSkipped();
        publish("VirtualService/default/b", "three");
        assertThatTheAttackIsSkipped();
        assertThat(skipped).extracting(SkippedRecord::reason).contains(SkipReason.REPLAYED);
    }

    @Test
    void aBundleWithAForgedDigestIsSkipped() {
        publish(KEY, "one");
        log.attack(KEY, value("evil"), headers(2, "evil"));
        log.attack("~commit", LogScript.commit(2, 1, "evil", Map.of(), new byte[0]), headers(2, "evil"));
        assertThatTheAttackIsSkipped();
        publish(KEY, "two");
        assertThatTheAttackIsSkipped();
        assertThat(skipped).extracting(SkippedRecord::reason).contains(SkipReason.NOT_THE_STATE);
    }

    @Test
    void aBundleFromTheFutureDoesNotOutlawThePublisher() {
        publish(KEY, "one");
        log.attack(KEY, value("evil"), headers(1_000_000, "evil"));
        log.attack(
                "~commit", LogScript.commit(1_000_000, 1, "evil", Map.of(), new byte[0]), headers(1_000_000, "evil"));
        assertThatTheAttackIsSkipped();
        publish(KEY, "two");
        publish(KEY, "three");
        assertThatTheAttackIsSkipped();
    }

    @Test
    void aCommitRecordOfAnyBytesIsSkipped() {
        publish(KEY, "one");
        Random random = new Random(1);
        byte[] noise = new byte[300];
        random.nextBytes(noise);
        byte[] high = new byte[1 << 20];
        Arrays.fill(high, (byte) 0xFF);
        log.attack("~commit", null, null);
        log.attack("~commit", new byte[0], headers(2, "evil"));
        log.attack("~commit", noise, headers(2, "evil"));
        log.attack("~commit", high, headers(2, "evil"));
        log.attack(null, noise, null);
        log.attack(null, null, headers(2, "evil"));
        assertThatOnlyThePublisherCounts(fold(log.records));
        publish(KEY, "two");
        assertThatTheAttackIsSkipped();
    }

    @Test
    void anIndexThatComesTwiceCountsOnce() {
        publish(KEY, "one");
        log.attack(KEY, value("evil"), null);
        Map<String, byte @Nullable []> none = new LinkedHashMap<>();
        none.put("VirtualService/default/b", value("b"));
        log.publish(none);
        assertThatTheAttackIsSkipped();
        int end = log.records.size();
        log.replay(end - 2, end);
        log.replay(end - 2, end);
        assertThatTheAttackIsSkipped();
    }

    @Test
    void compactionThatTookCommitsAndValuesChangesNothing() {
        for (int i = 0; i < 20; i++) {
            publish("VirtualService/default/s" + i % 3, "value" + i);
        }
        for (int end = 0; end <= log.records.size(); end++) {
            assertThatOnlyThePublisherCounts(fold(log.compacted(end)));
        }
        assertThat(skipped).isEmpty();
    }

    @Test
    void whateverIsWrittenInBetweenOnlyThePublisherCounts() {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        System.out.println("RuleFoldTest seed=" + seed + " (repeat with -Dweft.seed=" + seed + ")");
        for (int round = 0; round < 300; round++) {
            Random random = new Random(seed + round);
            LogScript script = new LogScript();
            Set<Integer> starts = new TreeSet<>();
            for (int i = 1 + random.nextInt(30); i > 0; i--) {
                starts.add(script.records.size());
                script.publish(changes(random));
                for (int attacks = random.nextInt(3); attacks > 0; attacks--) {
                    attack(script, random, List.copyOf(starts));
                }
            }
            Reading reading = new Reading();
            script.records.forEach(reading::take);
            reading.fold.settleByDigest();
            reading.fold.forgetDoubtful();
            assertThat(reading.fold.revision()).as("seed %d", seed + round).isEqualTo(script.revision());
            assertThat(texts(reading.fold)).as("seed %d", seed + round).isEqualTo(texts(script.truth));
        }
    }

    private static Map<String, byte @Nullable []> changes(Random random) {
        Map<String, byte @Nullable []> changes = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            byte[] value = random.nextInt(4) == 0 ? null : value("v" + random.nextInt(1_000));
            changes.put("VirtualService/default/s" + random.nextInt(6), value);
        }
        return changes;
    }

    private static void attack(LogScript script, Random random, List<Integer> starts) {
        String key = "VirtualService/default/s" + random.nextInt(6);
        long revision = script.revision() + random.nextInt(4) - 1;
        // A bundle's id is a UUID: who writes cannot know one that is still to come.
        String bundle = random.nextBoolean() || revision > script.revision() ? "evil" : "bundle" + revision;
        BundleHeaders headers = new BundleHeaders(revision, 1, 0, bundle);
        switch (random.nextInt(5)) {
            case 0 -> script.attack(key, value("evil"), random.nextBoolean() ? headers : null);
            case 1 -> script.attack("~commit", value("evil"), headers);
            case 2 -> {
                script.attack(key, value("evil"), headers);
                script.attack("~commit", LogScript.commit(revision, 1, bundle, Map.of(), new byte[0]), headers);
            }
            case 3 -> {
                int end = script.records.size();
                script.replay(starts.get(random.nextInt(starts.size())), end);
            }
            default -> script.attack(key, null, headers);
        }
    }
}
