package weft.log;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Names the version of a resource that somebody saw, so that it can be told later whether it is still the one in force.
 * Thread-safe.
 *
 * <p>It is a digest of the value on the rules topic: metadata count, and a resource that was deleted and made anew has
 * another uid in it.
 */
public final class RuleVersion {
    /** The version of a resource that does not exist. */
    public static final String NONE = "";

    /** Tells our versions from those that a Kubernetes API server mints, which are numbers. */
    private static final String PREFIX = "weft-";
    /** Two versions of one resource that look alike by chance are not to be feared at this length. */
    private static final int DIGEST_BYTES = 8;

    private RuleVersion() {}

    /** The version of a raw value of the rules topic, null for none. */
    public static String of(byte @Nullable [] value) {
        if (value == null) {
            return NONE;
        }
        byte[] digest = StateDigest.sha256().digest(value);
        return PREFIX + HexFormat.of().formatHex(Arrays.copyOf(digest, DIGEST_BYTES));
    }

    /** Whether a {@code metadata.resourceVersion} was minted here. */
    public static boolean isOurs(String text) {
        return text.startsWith(PREFIX);
    }
}
