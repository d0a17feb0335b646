package weft.log;

import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** The rules as they are now, one by one: a look at one rule of very many costs no copy of the others. */
interface CurrentRules {
    /** Of the last bundle; 0 when there is none. */
    long revision();

    @Nullable
    Rule get(RuleKey key);

    /** Why the value of this key cannot be read; null when it can, or when there is none. */
    RuleChange.@Nullable Unreadable unreadable(RuleKey key);
}
