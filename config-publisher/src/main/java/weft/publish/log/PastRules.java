package weft.publish.log;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.log.RuleLogException;
import weft.log.RuleLogView;
import weft.log.RuleState;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Bundle;

/**
 * The rules of a mesh at one bundle, and which bundle last changed each. Immutable.
 *
 * @param lastChanges headings of bundles, without their changes; nothing for rules older than the journal
 * @param unreadable rules that this build cannot read, and why, by record key
 * @param lost those of them that were changed since
 */
public record PastRules(
        long revision,
        Map<RuleKey, Rule> rules,
        Map<RuleKey, Bundle> lastChanges,
        Map<String, String> unreadable,
        Set<RuleKey> lost) {
    public PastRules {
        rules = Map.copyOf(rules);
        lastChanges = Map.copyOf(lastChanges);
        unreadable = Map.copyOf(unreadable);
        lost = Set.copyOf(lost);
    }

    /**
     * Reads the log and its journal.
     *
     * @param revision of the bundle to go back to, 0 for the time before the first; null for the rules in force
     * @throws RuleLogException when there is no such bundle, or the journal no longer reaches back to it
     */
    public static PastRules read(MeshAddress mesh, @Nullable Long revision) {
        return read(mesh, revision, true);
    }

    /** As above, without the bundles that last changed each rule: that is much less to read. */
    public static PastRules withoutOrigins(MeshAddress mesh, @Nullable Long revision) {
        return read(mesh, revision, false);
    }

    private static PastRules read(MeshAddress mesh, @Nullable Long revision, boolean withOrigins) {
        RuleState state;
        try (RuleLogView view = mesh.view()) {
            state = view.refresh(mesh.timeout());
        }
        long wanted = revision == null ? state.revision() : revision;
        if (wanted > state.revision()) {
            throw new RuleLogException("there is no bundle/" + wanted
                    + (state.revision() == 0
                            ? ": nothing was published yet"
                            : " (expected: bundle/1 to bundle/" + state.revision() + ")"));
        }
        RuleHistory history = new RuleHistory(state, wanted);
        if (state.revision() > 0 && (withOrigins || wanted < state.revision())) {
            try (JournalReader journal = new JournalReader(mesh)) {
                journal.newestFirst(entry -> {
                    history.accept(entry);
                    return withOrigins || entry.getRevision() > wanted;
                });
            }
        }
        if (!history.isComplete()) {
            throw new RuleLogException("the journal no longer reaches back to bundle/" + wanted);
        }
        Map<String, String> unreadable = new HashMap<>();
        state.unreadable().forEach((key, bad) -> unreadable.put(key, bad.text()));
        history.changedSince().forEach(key -> unreadable.remove(key.toString()));
        Set<RuleKey> lost = new HashSet<>();
        Map<RuleKey, Rule> rules = history.rules(new BundleChanges(mesh)::rule, (key, why) -> {
            lost.add(key);
            unreadable.put(key.toString(), why);
        });
        return new PastRules(wanted, rules, history.lastChanges(), unreadable, lost);
    }
}
