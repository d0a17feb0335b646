package weft.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** Turns changed keys into decoded changes, and remembers which still wait for a schema. Confined to the reader's thread. */
final class RuleChanges {

    @FunctionalInterface
    private interface Decode {
        SpecificRecord decode(byte[] value) throws WireException;
    }

    private final RecordDecoder decoder;
    private final boolean isSigned;
    /** At most the number of live keys. */
    private final Set<String> awaitingSchema = new HashSet<>();

    private final SharedParts shared = new SharedParts();

    /** @param isSigned whether only what a signature covers may say what a rule is */
    RuleChanges(RecordDecoder decoder, boolean isSigned) {
        this.decoder = decoder;
        this.isSigned = isSigned;
    }

    /** The state of these keys now. */
    List<RuleChange> of(RuleFold fold, Collection<String> keys, long commitOffset) {
        List<RuleChange> changes = new ArrayList<>(keys.size());
        for (String key : keys) {
            changes.add(change(fold, key, commitOffset, decoder::decode));
        }
        return changes;
    }

    /** The state of every live key, without asking the schemas topic. */
    List<RuleChange> known(RuleFold fold, long commitOffset) {
        List<RuleChange> changes = new ArrayList<>(fold.live().size());
        for (String key : fold.live().keySet()) {
            changes.add(change(fold, key, commitOffset, decoder.codec()::decode));
        }
        return changes;
    }

    /** Those of the keys without a schema that have one by now. */
    List<RuleChange> retry(RuleFold fold, long commitOffset) {
        if (awaitingSchema.isEmpty()) {
            return List.of();
        }
        return of(fold, List.copyOf(awaitingSchema), commitOffset).stream()
                .filter(c -> !(c instanceof RuleChange.Unreadable))
                .toList();
    }

    private RuleChange change(RuleFold fold, String key, long commitOffset, Decode decode) {
        awaitingSchema.remove(key);
        SavedRules.Value value = fold.live().get(key);
        long offset = value == null ? commitOffset : value.offset();
        RuleKey ruleKey;
        try {
            ruleKey = RuleKey.parse(key);
        } catch (IllegalArgumentException e) {
            return new RuleChange.Unreadable(
                    key, WireException.Code.UNKNOWN_TYPE, String.valueOf(e.getMessage()), offset);
        }
        if (value == null) {
            return new RuleChange.Removed(ruleKey, offset);
        }
        if (isSigned && WireCodec.isRegistered(value.bytes())) {
            String text = "its schema is named by a registry's id, which no signature covers: apply it once more";
            return new RuleChange.Unreadable(key, WireException.Code.BAD_FRAME, text, offset);
        }
        try {
            Rule rule = Rule.of(shared.in(decode.decode(value.bytes())));
            if (rule.key().equals(ruleKey)) {
                return new RuleChange.Put(rule, offset);
            }
            return new RuleChange.Unreadable(
                    key, WireException.Code.CORRUPT_BODY, "the value names itself " + rule.key(), offset);
        } catch (WireException e) {
            if (e.code() == WireException.Code.UNKNOWN_SCHEMA) {
                awaitingSchema.add(key);
            }
            return new RuleChange.Unreadable(key, e.code(), String.valueOf(e.getMessage()), offset);
        } catch (IllegalArgumentException | NullPointerException | ClassCastException e) {
            // A record of ours that is no rule: without metadata, or without a name in it.
            return new RuleChange.Unreadable(key, WireException.Code.UNKNOWN_TYPE, "not a rule: " + e, offset);
        }
    }
}
