package weft.log;

import org.jspecify.annotations.Nullable;
import weft.rules.RuleKey;

/**
 * Whose bundles a client of the log trusts, and whom it signs as. Immutable.
 *
 * @param signer null for one who signs nothing
 */
public record MeshKeys(@Nullable BundleSigner signer, TrustedKeys trusted) {
    /** Nothing is signed, and nothing is asked for a signature. */
    public static final MeshKeys NONE = new MeshKeys(null, TrustedKeys.NONE);

    /** @throws IllegalArgumentException when the signer's own key is not among those that are trusted */
    public MeshKeys {
        if (signer != null && trusted.isRequired() && !trusted.all().containsKey(signer.keyId())) {
            throw new IllegalArgumentException("the signing key " + signer.keyId()
                    + " is not among the trusted keys: what it signs would be skipped");
        }
    }

    /** Why this publisher may not write a rule; null when it may. */
    @Nullable
    String refusal(RuleKey rule) {
        TrustedKeys.Named key = signer == null ? null : trusted.all().get(signer.keyId());
        if (key == null || trusted.ownership().mayPublish(key.name(), PemKeys.id(key.key()), rule.namespace())) {
            return null;
        }
        return "key " + key.name() + " may not publish into namespace " + rule.namespace();
    }
}
