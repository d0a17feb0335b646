package weft.routing.snapshot;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.persistent.ShardedMap;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** Changes on top of a {@link RuleSnapshot}, gathered until a bundle is whole. Confined to the rule-loader thread. */
public final class RuleDelta {
    private final RuleSnapshot base;
    private final Map<RuleKey, @Nullable Rule> changes = new HashMap<>();

    public RuleDelta(RuleSnapshot base) {
        this.base = base;
    }

    public void put(Rule rule) {
        changes.put(rule.key(), rule);
    }

    /** A tombstone; that of an unknown key changes nothing. */
    public void remove(RuleKey key) {
        changes.put(key, null);
    }

    /** Keys that were written or removed, whether or not their value differs. */
    public Set<RuleKey> changedKeys() {
        return changes.keySet();
    }

    /** The snapshot with these changes, at the given position. */
    public RuleSnapshot apply(LogPosition position) {
        ShardedMap.Editor<RuleKey, Rule> rules = base.rules().edit();
        rules.expect(changes.size());
        changes.forEach((key, rule) -> {
            if (rule == null) {
                rules.remove(key);
            } else {
                rules.put(key, rule);
            }
        });
        return RuleSnapshot.of(position, rules.done());
    }
}
