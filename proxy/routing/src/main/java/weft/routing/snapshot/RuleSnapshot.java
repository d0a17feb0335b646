package weft.routing.snapshot;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** All rules of the mesh at one log position. Immutable. */
public final class RuleSnapshot {
    public static final RuleSnapshot EMPTY = new RuleSnapshot(LogPosition.NONE, Map.of());

    private final LogPosition position;
    private final Map<RuleKey, Rule> rules;

    private RuleSnapshot(LogPosition position, Map<RuleKey, Rule> rules) {
        this.position = position;
        this.rules = rules;
    }

    public static RuleSnapshot of(LogPosition position, Map<RuleKey, Rule> rules) {
        return owning(position, new HashMap<>(rules));
    }

    /** Takes over a map that its maker no longer touches: a copy of 100,000 rules costs milliseconds. */
    static RuleSnapshot owning(LogPosition position, Map<RuleKey, Rule> rules) {
        return new RuleSnapshot(position, Collections.unmodifiableMap(rules));
    }

    public LogPosition position() {
        return position;
    }

    /** Every rule, in no particular order. */
    public Map<RuleKey, Rule> rules() {
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
