package weft.publish.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.log.RecordDecoder;
import weft.log.RuleLogException;
import weft.log.RuleVersion;
import weft.log.WireException;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/** The changes of a journal entry, decoded. Confined to its owner's thread. */
public final class BundleChanges {
    /**
     * One resource of a bundle.
     *
     * @param before null when the bundle created it
     * @param after null when the bundle deleted it
     * @param versionAfter {@link RuleVersion} that the bundle left behind
     */
    public record Change(
            RuleKey key, @Nullable Rule before, @Nullable Rule after, String versionAfter) {}

    private final RecordDecoder decoder;

    public BundleChanges(MeshAddress mesh) {
        this.decoder = mesh.decoder();
    }

    /** @throws RuleLogException when a value cannot be read */
    public List<Change> of(Bundle bundle) {
        List<Change> changes = new ArrayList<>();
        for (BundleChange change : bundle.getChanges()) {
            byte[] before = bytes(change.getBefore());
            byte[] after = bytes(change.getAfter());
            RuleKey key = RuleKey.parse(change.getKey());
            changes.add(new Change(key, told(key, before), told(key, after), RuleVersion.of(after)));
        }
        return List.copyOf(changes);
    }

    private @Nullable Rule told(RuleKey key, byte @Nullable [] value) {
        try {
            return value == null ? null : rule(value);
        } catch (WireException e) {
            throw new RuleLogException(key + " in the journal cannot be read: " + e.getMessage(), e);
        }
    }

    Rule rule(byte[] value) throws WireException {
        return Rule.of(decoder.decode(value));
    }

    /** The bytes of a journal's value. */
    public static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
