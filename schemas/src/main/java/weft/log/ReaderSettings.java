package weft.log;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a {@link RuleLogReader} waits and what it trusts. Immutable.
 *
 * @param requestTimeout bound of each question to a broker
 * @param stallTimeout how long reading may stand still below the end of the log before that is reported; longer than a
 *     transaction may stay open
 * @param checkInterval how often the identity of the topic is checked, and a failed rebuild tried again
 * @param maxResumeAge older snapshots are not read on from: tombstones may have gone from the log since; at most half of
 *     the topic's delete.retention.ms
 * @param maxPollRecords records per poll
 * @param acceptNewLog whether a log that begins anew may replace newer rules
 * @param trusted keys whose bundles count; {@link TrustedKeys#NONE} for everybody's
 */
public record ReaderSettings(
        Duration requestTimeout,
        Duration stallTimeout,
        Duration checkInterval,
        Duration maxResumeAge,
        int maxPollRecords,
        boolean acceptNewLog,
        TrustedKeys trusted) {
    public static final ReaderSettings DEFAULT = new ReaderSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(70),
            Duration.ofSeconds(60),
            Duration.ofHours(12),
            10_000,
            false,
            TrustedKeys.NONE);

    public ReaderSettings withMaxPollRecords(int records) {
        return new ReaderSettings(
                requestTimeout, stallTimeout, checkInterval, maxResumeAge, records, acceptNewLog, trusted);
    }

    public ReaderSettings withAcceptNewLog(boolean accept) {
        return new ReaderSettings(
                requestTimeout, stallTimeout, checkInterval, maxResumeAge, maxPollRecords, accept, trusted);
    }

    public ReaderSettings withTrusted(TrustedKeys keys) {
        return new ReaderSettings(
                requestTimeout, stallTimeout, checkInterval, maxResumeAge, maxPollRecords, acceptNewLog, keys);
    }

    public ReaderSettings withTimeouts(Duration request, Duration stall, Duration check) {
        return new ReaderSettings(request, stall, check, maxResumeAge, maxPollRecords, acceptNewLog, trusted);
    }

    /** Whether rules saved at this moment (milliseconds since 1970, -1 for none) are too old to be read on from. */
    boolean isTooOld(long savedAtMillis) {
        return savedAtMillis >= 0 && System.currentTimeMillis() - savedAtMillis > maxResumeAge.toMillis();
    }

    /** The check interval less up to a fifth, so that many readers do not ask at once. */
    long jitteredCheckNanos() {
        long nanos = checkInterval.toNanos();
        return nanos - ThreadLocalRandom.current().nextLong(nanos / 5 + 1);
    }
}
