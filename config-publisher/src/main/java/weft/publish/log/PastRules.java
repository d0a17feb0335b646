package weft.publish.log;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.log.RecordDecoder;
import weft.log.RuleLogException;
import weft.log.RuleLogView;
import weft.log.RuleState;
import weft.log.WireException;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Bundle;

/**
 * The rules of a mesh at one bundle, and which bundle last changed each. Immutable.
 *
 * @param lastChanges headings of bundles, without their changes; nothing for rules older than the journal
 * @param unreadable rules in force that this build cannot read
 */
public record PastRules(
        long revision, Map<RuleKey, Rule> rules, Map<RuleKey, Bundle> lastChanges, java.util.Set<String> unreadable) {
    public PastRules {
        rules = Map.copyOf(rules);
        lastChanges = Map.copyOf(lastChanges);
        unreadable = java.util.Set.copyOf(unreadable);
    }

    /**
     * Reads the log and its journal.
     *
     * @param revision of the bundle to go back to; null for the rules in force
     * @throws RuleLogException when there is no such bundle, or the journal no longer reaches back to it
     */
    public static PastRules read(MeshAddress mesh, @Nullable Long revision) {
        RuleState state;
        try (RuleLogView view = mesh.view()) {
            state = view.refresh(mesh.timeout());
        }
        long wanted = revision == null ? state.revision() : revision;
        if (wanted > state.revision() || wanted < 1 && revision != null) {
            throw new RuleLogException("there is no bundle/" + wanted
                    + (state.revision() == 0
                            ? ": nothing was published yet"
                            : " (expected: bundle/1 to bundle/" + state.revision() + ")"));
        }
        RuleHistory history = new RuleHistory(state, wanted);
        if (state.revision() > 0) {
            try (JournalReader journal = new JournalReader(mesh)) {
                journal.forEach(history::accept);
            }
        }
        if (!history.isComplete()) {
            throw new RuleLogException("the journal no longer reaches back to bundle/" + wanted);
        }
        RecordDecoder decoder = mesh.decoder();
        return new PastRules(
                wanted,
                history.rules(value -> decode(decoder, value)),
                history.lastChanges(),
                state.unreadable().keySet());
    }

    private static Rule decode(RecordDecoder decoder, byte[] value) {
        try {
            return Rule.of(decoder.decode(value));
        } catch (WireException e) {
            throw new RuleLogException("a rule in the journal cannot be read: " + e.getMessage(), e);
        }
    }
}
