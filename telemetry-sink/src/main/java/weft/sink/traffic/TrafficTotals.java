package weft.sink.traffic;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import weft.schema.TrafficWindow;

/** Running sums of one group of requests. Confined to its owner's thread. */
public final class TrafficTotals {
    private static final int FIRST_ERROR_CODE = 500;
    private static final int KEPT_CODES = 600;

    private long requests;
    private long errors;
    private long bytesReceived;
    private long bytesSent;
    private long retries;
    private long durationMicrosSum;
    private long durationMicrosMax;
    private long bundleMin = Long.MAX_VALUE;
    private long bundleMax;
    private int lastCode = -1;
    private long lastCodeCount;
    private final Map<Integer, Long> codes = new HashMap<>(4);
    private final Map<String, Long> flags = new HashMap<>(2);
    private final Latencies latencies = new Latencies();

    /** A connection relayed as a whole has neither protocol nor code; flags tell how it failed, if it did. */
    private static boolean isPeacefulConnection(EntryFields entry) {
        return entry.protocol.isEmpty() && entry.responseFlags.isEmpty();
    }

    void add(EntryFields entry) {
        requests++;
        int code = entry.responseCode;
        if (code >= FIRST_ERROR_CODE || code == 0 && !isPeacefulConnection(entry)) {
            errors++;
        }
        countCode(code);
        if (!entry.responseFlags.isEmpty()) {
            countFlags(entry.responseFlags);
        }
        bytesReceived += entry.bytesReceived;
        bytesSent += entry.bytesSent;
        retries += Math.max(0, entry.attempts - 1);
        durationMicrosSum += entry.durationMicros;
        durationMicrosMax = Math.max(durationMicrosMax, entry.durationMicros);
        bundleMin = Math.min(bundleMin, entry.bundle);
        bundleMax = Math.max(bundleMax, entry.bundle);
        latencies.add(entry.durationMicros);
    }

    /** Neighbours mostly have the same code: the map is touched when it changes. */
    private void countCode(int code) {
        if (code != lastCode) {
            settleCode();
            lastCode = code;
        }
        lastCodeCount++;
    }

    private void settleCode() {
        if (lastCodeCount > 0) {
            // A code no server should send shares one slot, so that the map stays small.
            codes.merge(lastCode >= 0 && lastCode < KEPT_CODES ? lastCode : KEPT_CODES, lastCodeCount, Long::sum);
            lastCodeCount = 0;
        }
    }

    private void countFlags(String joined) {
        int from = 0;
        while (from <= joined.length()) {
            int comma = joined.indexOf(',', from);
            int to = comma < 0 ? joined.length() : comma;
            String flag = joined.substring(from, to);
            if (!flag.isEmpty() && !flag.equals("-")) {
                flags.merge(flag, 1L, Long::sum);
            }
            from = to + 1;
        }
    }

    public void add(TrafficWindow window) {
        requests += window.getRequests();
        errors += window.getErrors();
        window.getCodes().forEach((code, n) -> codes.merge(Integer.valueOf(code), n, Long::sum));
        window.getFlags().forEach((flag, n) -> flags.merge(flag, n, Long::sum));
        bytesReceived += window.getBytesReceived();
        bytesSent += window.getBytesSent();
        retries += window.getRetries();
        durationMicrosSum += window.getDurationMicrosSum();
        durationMicrosMax = Math.max(durationMicrosMax, window.getDurationMicrosMax());
        bundleMin = Math.min(bundleMin, window.getBundleMin());
        bundleMax = Math.max(bundleMax, window.getBundleMax());
        latencies.add(window.getLatency());
    }

    /** These sums as a record of one key and span of time. */
    public TrafficWindow toWindow(TrafficKey key, long windowStart, long windowEnd) {
        return new TrafficWindow(
                windowStart,
                windowEnd,
                key.reporter(),
                key.sourceWorkload(),
                key.sourceNamespace(),
                key.destinationService(),
                key.destinationNamespace(),
                key.destinationWorkload(),
                key.destinationVersion(),
                key.subset(),
                key.routeName(),
                key.ruleRef(),
                key.protocol(),
                requests,
                errors,
                codes(),
                flags(),
                bytesReceived,
                bytesSent,
                retries,
                durationMicrosSum,
                durationMicrosMax,
                latencies.toHistogram(),
                requests == 0 ? 0 : bundleMin,
                bundleMax);
    }

    public long requests() {
        return requests;
    }

    public long errors() {
        return errors;
    }

    public long bytesReceived() {
        return bytesReceived;
    }

    public long bytesSent() {
        return bytesSent;
    }

    public long retries() {
        return retries;
    }

    public long durationMicrosSum() {
        return durationMicrosSum;
    }

    public Latencies latencies() {
        return latencies;
    }

    /** Requests by response code, ascending. */
    public Map<String, Long> codes() {
        settleCode();
        Map<String, Long> out = new TreeMap<>();
        codes.forEach((code, n) -> out.put(Integer.toString(code), n));
        return out;
    }

    /** Requests by response flag, in alphabetical order. */
    public Map<String, Long> flags() {
        return new TreeMap<>(flags);
    }
}
