package weft.log;

import weft.schema.Commit;

/** Takes whole bundles from a {@link RuleLogReader}, on the thread that polls it. */
@FunctionalInterface
public interface RuleSink {
    /** The state of the log is now this much further; every update holds whole bundles only. */
    void update(RuleUpdate update);

    /** A commit record went by, perhaps one of many on the way to an update. */
    default void committed(Commit commit, long offset) {}
}
