package weft.routing.snapshot;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.persistent.ShardedMap;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** All rules of the mesh at one log position. Immutable. */
public final class RuleSnapshot {
    public static final RuleSnapshot EMPTY = new RuleSnapshot(LogPosition.NONE, ShardedMap.of());

    private final LogPosition position;
    private final ShardedMap<RuleKey, Rule> rules;

    private RuleSnapshot(LogPosition position, ShardedMap<RuleKey, Rule> rules) {
        this.position = position;
        this.rules = rules;
    }

    public static RuleSnapshot of(LogPosition position, Map<RuleKey, Rule> rules) {
        return new RuleSnapshot(position, ShardedMap.copyOf(rules));
    }

    public LogPosition position() {
        return position;
    }

    /** Every rule, in no particular order. */
    public ShardedMap<RuleKey, Rule> rules() {
        return rules;
    }

    public @Nullable Rule get(RuleKey key) {
        return rules.get(key);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RuleSnapshot that && position.equals(that.position) && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return position.hashCode() * 31 + rules.hashCode();
    }
}
