package weft.publish.explain;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.rules.RuleKey;

/** Which bundle brought each rule to its present form. Immutable. */
public record Provenance(Map<RuleKey, Origin> origins) {
    public static final Provenance NONE = new Provenance(Map.of());

    /**
     * One bundle, as far as a reader wants to know it.
     *
     * @param timestamp milliseconds since 1970
     */
    public record Origin(long bundle, String author, long timestamp, String message) {}

    public Provenance {
        origins = Map.copyOf(origins);
    }

    public @Nullable Origin of(RuleKey key) {
        return origins.get(key);
    }
}
