package weft.publish.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.log.RuleState;
import weft.log.WireCodec;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;
import weft.schema.Metadata;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** Later bundles are undone, from whatever the journal still holds. */
class RuleHistoryTest {
    static {
        WireCodec.withLocalSchemas(); // lets Avro make the records
    }

    private static Rule rule(String name, long generation) {
        Metadata metadata = Metadata.newBuilder()
                .setNamespace("default")
                .setName(name)
                .setGeneration(generation)
                .build();
        return Rule.of(VirtualService.newBuilder()
                .setMetadata(metadata)
                .setSpec(VirtualServiceSpec.newBuilder().build())
                .build());
    }

    private static Bundle bundle(long revision, String name, @Nullable String before) {
        BundleChange change = BundleChange.newBuilder()
                .setKey("VirtualService/default/" + name)
                .setBefore(before == null ? null : ByteBuffer.wrap(before.getBytes(StandardCharsets.UTF_8)))
                .build();
        return Bundle.newBuilder()
                .setRevision(revision)
                .setBundleId("b" + revision)
                .setChanges(List.of(change))
                .build();
    }

    private static RuleHistory history(long wanted, long revision, Bundle... bundles) {
        Rule a = rule("a", 3);
        Rule c = rule("c", 1);
        RuleState state = new RuleState(revision, 9, Map.of(a.key(), a, c.key(), c), Map.of());
        RuleHistory history = new RuleHistory(state, wanted);
        List.of(bundles).forEach(history::accept);
        return history;
    }

    private static Map<RuleKey, Rule> rules(RuleHistory history) {
        return history.rules(
                value -> {
                    String[] parts = new String(value, StandardCharsets.UTF_8).split("@", -1);
                    return rule(parts[0], Long.parseLong(parts[1]));
                },
                (key, why) -> {
                    throw new AssertionError(why);
                });
    }

    private static final Bundle[] JOURNAL = {
        bundle(1, "a", null),
        bundle(2, "b", null),
        bundle(3, "a", "a@1"),
        bundle(4, "b", "b@1"), // deleted
        bundle(5, "a", "a@2"),
        bundle(6, "c", null),
        bundle(7, "a", "a@3") // beyond what was read as in force
    };

    @Test
    void firstChangeAfterTheWantedBundleHoldsTheValue() {
        RuleHistory history = history(3, 6, JOURNAL);
        assertThat(rules(history).values()).containsExactlyInAnyOrder(rule("a", 2), rule("b", 1));
        assertThat(requireNonNull(history.lastChanges().get(rule("a", 0).key())).getRevision())
                .isEqualTo(3);
        assertThat(history.lastChanges()).doesNotContainKey(rule("c", 0).key());
        assertThat(history.isComplete()).isTrue();
    }

    @Test
    void rulesInForceAreThemselves() {
        RuleHistory history = history(6, 6, JOURNAL);
        assertThat(rules(history).values()).containsExactlyInAnyOrder(rule("a", 3), rule("c", 1));
        assertThat(requireNonNull(history.lastChanges().get(rule("a", 0).key())).getRevision())
                .isEqualTo(5);
    }

    @Test
    void journalWhoseBeginningIsGoneServesForWhatItHolds() {
        Bundle[] tail = {JOURNAL[3], JOURNAL[4], JOURNAL[5]};
        assertThat(history(3, 6, tail).isComplete()).isTrue();
        assertThat(rules(history(3, 6, tail)).values()).containsExactlyInAnyOrder(rule("a", 2), rule("b", 1));
        assertThat(history(2, 6, tail).isComplete()).isFalse();
        assertThat(history(6, 6).isComplete()).isTrue();
    }
}
