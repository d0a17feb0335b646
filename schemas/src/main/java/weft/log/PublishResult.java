package weft.log;

import java.util.List;
import weft.rules.RuleKey;

/**
 * What became of a bundle. Immutable.
 *
 * @param revision of the bundle; of the state as it was, when nothing had to change
 * @param commitOffset offset of the commit record on the rules topic; -1 when no bundle was ever written
 * @param bundleId UUID; empty when nothing had to change
 * @param resources in the order of the draft
 * @param ackNanos reading of {@link System#nanoTime} when the broker had acknowledged the commit
 */
public record PublishResult(
        long revision, long commitOffset, String bundleId, List<Resource> resources, long ackNanos) {

    /** What became of one resource. */
    public enum Outcome {
        CREATED,
        CONFIGURED,
        /** As it was already: not written. */
        UNCHANGED,
        DELETED,
        /** Asked to be deleted, but not there. */
        NOT_FOUND
    }

    /** One resource of the draft. */
    public record Resource(RuleKey key, Outcome outcome) {}

    public PublishResult {
        resources = List.copyOf(resources);
    }

    /** Whether a bundle was written. */
    public boolean isPublished() {
        return !bundleId.isEmpty();
    }
}
