package weft.publish.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import weft.log.RuleState;
import weft.log.WireException;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/**
 * Goes back from the rules in force to those at one bundle, and remembers which bundle last changed each. Confined to the
 * calling thread.
 *
 * <p>Later bundles are undone, so that a journal whose beginning is gone still serves for all that it holds. Entries may
 * come in any order.
 */
final class RuleHistory {
    private final RuleState inForce;
    private final long wanted;
    private final Map<RuleKey, Bundle> lastChange = new HashMap<>();
    private final Map<RuleKey, Undone> undone = new HashMap<>();
    private long first = Long.MAX_VALUE;

    /** The value before the first bundle that is undone. */
    private record Undone(long revision, byte @Nullable [] before) {}

    /** @param wanted revision to go back to */
    RuleHistory(RuleState inForce, long wanted) {
        this.inForce = inForce;
        this.wanted = wanted;
    }

    /** Takes an entry of the journal. */
    void accept(Bundle bundle) {
        long revision = bundle.getRevision();
        first = Math.min(first, revision);
        if (revision > inForce.revision()) {
            return;
        }
        for (BundleChange change : bundle.getChanges()) {
            RuleKey key = RuleKey.parse(change.getKey());
            if (revision <= wanted) {
                lastChange.merge(
                        key,
                        JournalReader.heading(bundle),
                        (one, other) -> one.getRevision() > other.getRevision() ? one : other);
            } else {
                undone.merge(
                        key,
                        new Undone(revision, BundleChanges.bytes(change.getBefore())),
                        (one, other) -> one.revision() < other.revision() ? one : other);
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
        Rule rule(byte[] value) throws WireException;
    }

    /**
     * The rules at that bundle.
     *
     * @param unreadable told which of them changed since and cannot be read, and why
     */
    Map<RuleKey, Rule> rules(Decoding decoding, BiConsumer<RuleKey, String> unreadable) {
        Map<RuleKey, Rule> rules = new HashMap<>(inForce.rules());
        undone.forEach((key, value) -> {
            byte[] before = value.before();
            if (before == null) {
                rules.remove(key);
            } else {
                put(key, before, decoding, rules, unreadable);
            }
        });
        return rules;
    }

    private static void put(
            RuleKey key,
            byte[] value,
            Decoding decoding,
            Map<RuleKey, Rule> into,
            BiConsumer<RuleKey, String> unreadable) {
        try {
            into.put(key, decoding.rule(value));
        } catch (WireException e) {
            into.remove(key);
            unreadable.accept(key, String.valueOf(e.getMessage()));
        }
    }

    /** Rules that later bundles changed. */
    Set<RuleKey> changedSince() {
        return undone.keySet();
    }

    Map<RuleKey, Bundle> lastChanges() {
        return lastChange;
    }
}
