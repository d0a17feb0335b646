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
    /** Its bundle has no signature, where one is asked for. */
    UNSIGNED,
    /** Its bundle is signed with a key that is not trusted. */
    UNKNOWN_KEY,
    /** The signature of its bundle is not right: something was changed, or moved here from another mesh. */
    BAD_SIGNATURE,
    /** Its bundle has a rule of a namespace that its signer may not publish into. */
    NOT_OWNER,
    /** Larger than anything a publisher writes, while nothing ends its bundle. */
    TOO_MUCH;

    /** Stable word for programs, as {@code no_bundle}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
