package weft.log;

import weft.rules.Rule;
import weft.rules.RuleKey;

/** What became of one key of the rules topic. Immutable. */
public sealed interface RuleChange {

    /** The record key, as {@code Kind/namespace/name}. */
    String key();

    /** Offset of the record; of the bundle's commit for a removal, whose tombstone compaction may have taken. */
    long offset();

    /** A new version that this build can read. */
    record Put(Rule rule, long offset) implements RuleChange {
        @Override
        public String key() {
            return rule.key().toString();
        }
    }

    /** The rule is gone. */
    record Removed(RuleKey ruleKey, long offset) implements RuleChange {
        @Override
        public String key() {
            return ruleKey.toString();
        }
    }

    /** A new version that this build cannot read: whoever serves keeps the last one it could. */
    record Unreadable(String key, WireException.Code code, String text, long offset) implements RuleChange {
        /** Whether a newer build may have written it, so that to write over it may lose what only that one knows. */
        public boolean isPerhapsNewer() {
            return code.isPerhapsNewer();
        }

        /** Why this build does not write over it, and what to do. */
        public Problem asProblem() {
            return new Problem(
                    RuleKey.parse(key),
                    "newer_version",
                    "the version in force would be lost, which this weft cannot read: " + text
                            + "; use the weft that wrote it, or overwrite it with --force");
        }
    }
}
