package weft.log;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a log that only lagged from one that was lost or restored. Confined to the reader's thread.
 *
 * <p>A log that ends below the revision in service is refused, and stays so when it grows past that revision, for it may
 * have grown another way. A broker that was cut off, or a leader that was not the latest, shows the same, but for a
 * while only: once the commit in service is read again, or the one that continues it, the log is the old one.
 */
final class RefusedLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedLog.class);

    private final boolean acceptsNewLog;
    private @Nullable String topicId;
    private RuleFold.@Nullable CommitPoint served;

    /** @param acceptsNewLog whether nothing is ever refused */
    RefusedLog(boolean acceptsNewLog) {
        this.acceptsNewLog = acceptsNewLog;
    }

    /** The commit whose rules are in service now; null for an empty log that was accepted. */
    void served(RuleFold.@Nullable CommitPoint commit) {
        served = commit;
    }

    /** A commit that counts was read. */
    void read(RuleFold.CommitPoint point) {
        RuleFold.CommitPoint known = served;
        boolean isOldLog =
                known != null && (Arrays.equals(known.encoded(), point.encoded()) || known.isContinuedBy(point));
        if (topicId != null && isOldLog) {
            LOG.info("the log has the rules in service again and is followed bundle={}", point.revision());
            topicId = null;
        }
    }

    /** Whether a log that was read to its end at this revision does not count. */
    boolean refuses(RuleTopic.Identity log, long revision) {
        if (revision < servedRevision() && !acceptsNewLog) {
            topicId = log.topicId();
        }
        return log.topicId().equals(topicId);
    }

    private long servedRevision() {
        return served == null ? 0 : served.revision();
    }

    /** For people: what is wrong with a refused log that ends at this revision. */
    String complaint(long revision) {
        return "the log went back from revision " + servedRevision() + " to " + revision
                + ": the topic was lost or restored, or its leader is not the latest; followed again once bundle "
                + servedRevision()
                + " is back; if the older rules shall count, restart the proxy with --accept-new-log";
    }

    /** Whether the log that is read was refused when it was last read to its end. */
    boolean isRefused(RuleTopic.@Nullable Identity log) {
        return log != null && log.topicId().equals(topicId);
    }
}
