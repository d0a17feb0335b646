package weft.log;

import weft.rules.RuleKey;

/** Why a bundle must not be published, as far as one rule is concerned. Immutable. */
public record Problem(RuleKey key, String code, String text) {
    @Override
    public String toString() {
        return key + ": " + text;
    }
}
