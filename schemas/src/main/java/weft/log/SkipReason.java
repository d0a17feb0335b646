package weft.log;

import java.util.Locale;

/** Why a record of the rules topic does not count. Immutable. */
public enum SkipReason {
    /** It says of no bundle that it belongs to it. */
    NO_BUNDLE,
    /** Its key is that of no rule. */
    NOT_A_RULE,
    /** No commit record ends the bundle it names, or it is in a bundle twice. */
    STRAY,
    /** Its bundle is not newer than the one before it: something old was written again. */
    REPLAYED,
    /** A commit record that this build cannot read. */
    COMMIT_UNREADABLE,
    /** Its bundle says of the rules what they are not: its digest disagrees with its own records. */
    NOT_THE_STATE,
    /** Larger than anything a publisher writes, while nothing ends its bundle. */
    TOO_MUCH;

    /** Stable word for programs, as {@code no_bundle}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
