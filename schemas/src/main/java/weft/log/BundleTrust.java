package weft.log;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.List;
import java.util.SortedMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import weft.log.RuleFold.CommitPoint;
import weft.rules.RuleKey;
import weft.schema.Commit;

/** Decides whose bundles count. Confined to the reader's thread. */
final class BundleTrust {
    /** Why a bundle does not count. */
    record Refusal(SkipReason reason, String text) {}

    private final TrustedKeys keys;
    private final String topic;
    private final WireCodec codec;

    BundleTrust(TrustedKeys keys, String topic, WireCodec codec) {
        this.keys = keys;
        this.topic = topic;
        this.codec = codec;
    }

    /** Whether bundles are asked for a signature. */
    boolean isRequired() {
        return keys.isRequired();
    }

    /**
     * Why this bundle does not count by itself; null when it does.
     *
     * @param own its records, of which compaction may have taken some
     */
    @Nullable
    Refusal refusal(CommitPoint point, List<BundleRecord> own) {
        if (!isRequired()) {
            return null;
        }
        Commit commit = point.commit();
        String bundle = "bundle " + point.revision();
        if (!commit.getSignature().hasRemaining()) {
            return new Refusal(SkipReason.UNSIGNED, bundle + " is not signed");
        }
        TrustedKeys.Named key = keys.find(commit.getKeyId());
        if (key == null) {
            String text = bundle + " is signed with key " + commit.getKeyId() + ", which is not trusted";
            return new Refusal(SkipReason.UNKNOWN_KEY, text);
        }
        if (!isSignedBy(key, point)) {
            String text = bundle + " has a signature that key " + key.name() + " did not make";
            return new Refusal(SkipReason.BAD_SIGNATURE, text);
        }
        boolean isWhole = own.size() == commit.getCount();
        if (isWhole && !commit.getBundleDigest().equals(ByteBuffer.wrap(BundleSignature.ofRecords(own)))) {
            return new Refusal(SkipReason.BAD_SIGNATURE, bundle + " has other records than those that were signed");
        }
        for (BundleRecord each : own) {
            String namespace = RuleKey.parse(each.key()).namespace();
            if (!keys.ownership().mayPublish(key.name(), commit.getKeyId(), namespace)) {
                String text = bundle + " is signed with key " + key.name() + ", which may not publish into namespace "
                        + namespace;
                return new Refusal(SkipReason.NOT_OWNER, text);
            }
        }
        return null;
    }

    /** Whether the signer of this commit may speak for bundles before it that do not count by themselves. */
    boolean mayVouch(Commit commit) {
        TrustedKeys.Named key = keys.find(commit.getKeyId());
        return key != null && keys.ownership().isMeshKey(key.name(), commit.getKeyId());
    }

    private boolean isSignedBy(TrustedKeys.Named key, CommitPoint point) {
        Schema writer = codec.schema(WireCodec.fingerprintOf(point.encoded()));
        byte[] unsigned = writer == null ? null : BundleSignature.unsigned(point.encoded(), writer);
        if (unsigned == null) {
            return false;
        }
        byte[] claimed = new byte[point.commit().getSignature().remaining()];
        point.commit().getSignature().duplicate().get(claimed);
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key.key());
            signature.update(BundleSignature.signedBytes(topic, unsigned));
            return signature.verify(claimed);
        } catch (GeneralSecurityException e) {
            return false; // no signature at all
        }
    }

    /** Whether the signer of a commit saw this state. */
    boolean isTable(Commit commit, SortedMap<String, byte[]> live) {
        return !isRequired() || commit.getTableDigest().equals(ByteBuffer.wrap(BundleSignature.ofTable(live)));
    }
}
