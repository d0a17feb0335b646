package weft.proxy.health;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.schema.HealthReport;

/**
 * Who probes what, as the order of the log decides. Confined to the lock of its owner.
 *
 * <p>A report claims its key, or renews the claim, unless another proxy's claim had not run out when the broker took the
 * report. Every reader sees the same order and the broker's own timestamps, so that all come to the same answer. A reader
 * that joins late may find a refused claim as the newest record of its key; nobody renews that one.
 */
public final class HealthClaims {
    private final Map<String, Claim> claims = new HashMap<>();

    /**
     * A claim and what its holder found last. Immutable.
     *
     * @param takenMillis when the broker took the report
     * @param endNanos until when it holds here, by this process' monotonic clock
     */
    public record Claim(HealthReport report, long takenMillis, long endNanos) {
        public String holder() {
            return report.getProxyId();
        }

        public boolean isLive(long nowNanos) {
            return nowNanos - endNanos < 0;
        }
    }

    /**
     * Takes in a record of the log.
     *
     * @param endNanos until when its lease runs here
     * @return whether it counts; a refused one changes nothing
     */
    public boolean record(String key, @Nullable HealthReport report, long takenMillis, long endNanos) {
        if (report == null) {
            claims.remove(key);
            return true;
        }
        Claim before = claims.get(key);
        boolean isRefused = before != null
                && !before.holder().equals(report.getProxyId())
                && takenMillis < before.takenMillis() + before.report().getLeaseMillis();
        if (isRefused) {
            return false;
        }
        claims.put(key, new Claim(report, takenMillis, endNanos));
        return true;
    }

    /** The claim on this key if its lease still runs, else null. */
    public @Nullable Claim live(String key, long nowNanos) {
        Claim claim = claims.get(key);
        return claim != null && claim.isLive(nowNanos) ? claim : null;
    }
}
