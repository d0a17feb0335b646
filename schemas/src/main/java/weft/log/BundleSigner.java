package weft.log;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.List;
import java.util.SortedMap;
import weft.schema.Commit;

/** Signs bundles with one key. Thread-safe. */
public final class BundleSigner {
    private final KeyPair keys;
    private final String id;

    public BundleSigner(KeyPair keys) {
        this.keys = keys;
        this.id = PemKeys.id(keys.getPublic());
    }

    /** @throws IllegalArgumentException when the file is no signing key; the message is for people */
    public static BundleSigner load(Path file) {
        return new BundleSigner(PemKeys.pair(file));
    }

    public String keyId() {
        return id;
    }

    Commit sign(
            Commit commit, List<BundleRecord> records, SortedMap<String, byte[]> live, String topic, WireCodec codec) {
        Commit unsigned = Commit.newBuilder(commit)
                .setKeyId(id)
                .setBundleDigest(ByteBuffer.wrap(BundleSignature.ofRecords(records)))
                .setTableDigest(ByteBuffer.wrap(BundleSignature.ofTable(live)))
                .setSignature(ByteBuffer.allocate(0))
                .build();
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(BundleSignature.signedBytes(topic, codec.encode(unsigned)));
            return Commit.newBuilder(unsigned)
                    .setSignature(ByteBuffer.wrap(signature.sign()))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 refused its own key", e);
        }
    }
}
