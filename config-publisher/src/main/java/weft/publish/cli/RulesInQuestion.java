package weft.publish.cli;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.publish.explain.Provenance;
import weft.publish.log.PastRules;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * Rules to explain by: of files, of the log, or files on top of the log. Immutable.
 *
 * @param invalid documents left out
 */
record RulesInQuestion(RuleSnapshot rules, Provenance provenance, int invalid) {

    /** @param past what lies under the files, or null for nothing */
    static RulesInQuestion of(List<DecodedDocument> documents, @Nullable PastRules past, Terminal terminal) {
        Map<RuleKey, Rule> rules = new HashMap<>();
        Map<RuleKey, Provenance.Origin> origins = new HashMap<>();
        if (past != null) {
            rules.putAll(past.rules());
            past.lastChanges()
                    .forEach((key, bundle) -> origins.put(
                            key,
                            new Provenance.Origin(
                                    bundle.getRevision(),
                                    bundle.getAuthor(),
                                    bundle.getTimestamp(),
                                    bundle.getMessage())));
            past.unreadable()
                    .forEach((key, why) ->
                            terminal.say(Table.safe("▲ " + key + " cannot be read and is left out: " + why)));
        }
        RuleFiles.explain(documents, terminal);
        int invalid = 0;
        long now = System.currentTimeMillis();
        Set<RuleKey> seen = new HashSet<>();
        for (DecodedDocument document : documents) {
            if (document instanceof Resource resource) {
                Rule rule = resource.rule();
                if (!seen.add(rule.key())) {
                    terminal.say("▲ " + rule.key() + " is described twice: the later one counts");
                }
                rules.put(rule.key(), past == null ? rule : AnalyzeCommand.aged(rule, rules.get(rule.key()), now));
                origins.remove(rule.key());
            } else if (document instanceof Invalid) {
                invalid++;
            }
        }
        LogPosition position = past == null ? LogPosition.NONE : new LogPosition(past.revision(), -1);
        return new RulesInQuestion(RuleSnapshot.of(position, rules), new Provenance(origins), invalid);
    }
}
