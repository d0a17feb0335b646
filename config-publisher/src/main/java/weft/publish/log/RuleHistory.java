package weft.publish.log;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.log.RuleState;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/**
 * Goes back from the rules in force to those at one bundle, and remembers which bundle last changed each. Confined to the
 * calling thread.
 *
 * <p>Later bundles are undone, so that a journal whose beginning is gone still serves for all that it holds.
 */
final class RuleHistory {
    private final RuleState inForce;
    private final long wanted;
    private final Map<RuleKey, Bundle> lastChange = new HashMap<>();
    private final Map<RuleKey, @Nullable ByteBuffer> undone = new HashMap<>();
    private final Set<RuleKey> touched = new HashSet<>();
    private long first = Long.MAX_VALUE;

    /** @param wanted revision to go back to */
    RuleHistory(RuleState inForce, long wanted) {
        this.inForce = inForce;
        this.wanted = wanted;
    }

    /** Takes the entries of the journal in order. */
    void accept(Bundle bundle) {
        first = Math.min(first, bundle.getRevision());
        if (bundle.getRevision() > inForce.revision()) {
            return;
        }
        for (BundleChange change : bundle.getChanges()) {
            RuleKey key = RuleKey.parse(change.getKey());
            if (bundle.getRevision() <= wanted) {
                lastChange.put(key, JournalReader.heading(bundle));
            } else if (touched.add(key)) {
                undone.put(key, change.getBefore());
            }
        }
    }

    /** Whether the journal still holds every bundle after the wanted one. */
    boolean isComplete() {
        return wanted == inForce.revision() || first <= wanted + 1;
    }

    /** Decodes a value of the rules topic. */
    @FunctionalInterface
    interface Decoding {
        Rule rule(byte[] value);
    }

    Map<RuleKey, Rule> rules(Decoding decoding) {
        Map<RuleKey, Rule> rules = new HashMap<>(inForce.rules());
        undone.forEach((key, before) -> {
            if (before == null) {
                rules.remove(key);
            } else {
                byte[] value = new byte[before.remaining()];
                before.duplicate().get(value);
                rules.put(key, decoding.rule(value));
            }
        });
        return rules;
    }

    Map<RuleKey, Bundle> lastChanges() {
        return lastChange;
    }
}
