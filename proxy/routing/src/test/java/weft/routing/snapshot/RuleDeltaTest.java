package weft.routing.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** Snapshots stay as they are, whatever is done to what they were made of. */
class RuleDeltaTest {
    private static Rule rule(String name) {
        return TestRules.parse("{kind: VirtualService, metadata: {name: " + name + "}, spec: {hosts: [" + name + "]}}")
                .get(0);
    }

    @Test
    void appliedSnapshotIsLeftAloneByLaterChanges() {
        RuleDelta delta = new RuleDelta(RuleSnapshot.EMPTY);
        delta.put(rule("a"));
        RuleSnapshot first = delta.apply(new LogPosition(1, 1));
        delta.put(rule("b"));
        delta.remove(rule("a").key());
        RuleSnapshot second = delta.apply(new LogPosition(2, 2));

        assertThat(first.rules()).containsOnlyKeys(rule("a").key());
        assertThat(second.rules()).containsOnlyKeys(rule("b").key());
        assertThat(RuleSnapshot.EMPTY.rules()).isEmpty();
    }

    @Test
    void baseIsLeftAlone() {
        Map<RuleKey, Rule> rules = new HashMap<>(Map.of(rule("a").key(), rule("a")));
        RuleSnapshot base = RuleSnapshot.of(new LogPosition(1, 1), rules);
        rules.clear();
        RuleDelta delta = new RuleDelta(base);
        delta.remove(rule("a").key());

        assertThat(delta.apply(new LogPosition(2, 2)).rules()).isEmpty();
        assertThat(base.rules()).containsOnlyKeys(rule("a").key());
    }
}
