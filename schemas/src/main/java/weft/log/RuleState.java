package weft.log;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * Every rule of the mesh at one revision. Immutable.
 *
 * @param revision of the last bundle; 0 when there is none
 * @param commitOffset offset of its commit record; -1 when there is none
 * @param rules those this build can read
 * @param unreadable those it cannot, by record key, with the reason
 */
public record RuleState(
        long revision, long commitOffset, Map<RuleKey, Rule> rules, Map<String, RuleChange.Unreadable> unreadable)
        implements CurrentRules {
    public static final RuleState EMPTY = new RuleState(0, -1, Map.of(), Map.of());

    public RuleState {
        rules = Map.copyOf(rules);
        unreadable = Map.copyOf(unreadable);
    }

    @Override
    public @Nullable Rule get(RuleKey key) {
        return rules.get(key);
    }

    @Override
    public RuleChange.@Nullable Unreadable unreadable(RuleKey key) {
        return unreadable.get(key.toString());
    }
}
