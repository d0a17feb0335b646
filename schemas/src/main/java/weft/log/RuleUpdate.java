package weft.log;

import java.util.List;
import weft.schema.Commit;

/**
 * Whole bundles, as the net change since the previous update: one bundle while the reader follows the log, many while it
 * catches up. Immutable.
 *
 * @param commit of the last bundle in it; its digest agreed with the reader's
 * @param commitOffset offset of that commit record
 */
public record RuleUpdate(Commit commit, long commitOffset, List<RuleChange> changes) {
    public RuleUpdate {
        changes = List.copyOf(changes);
    }

    public long revision() {
        return commit.getRevision();
    }
}
