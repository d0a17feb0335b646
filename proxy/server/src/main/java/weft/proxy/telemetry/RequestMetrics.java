package weft.proxy.telemetry;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.ProxyIdentity;

/**
 * Istio's standard metrics, fed with every finished request by the telemetry thread. Confined to that thread, but for the
 * series, which any thread may read.
 *
 * <p>Requests whose record was dropped for want of room are counted in {@code istio_requests_total} by reporter and
 * response code under {@value Destination.Peer#UNKNOWN} names, and in no histogram: the request total stays true.
 */
final class RequestMetrics {
    /** Label sets kept; about 1.5 KB each. More are counted under "other" per reporter and response code class. */
    static final int MAX_SERIES = 2_000;

    private static final Destination UNKNOWN = everything(Destination.Peer.UNKNOWN);
    private static final Destination OTHER = everything("other");

    private final Destination.Peer self;
    private final Map<RequestSeries.Key, RequestSeries> byKey = new HashMap<>();
    private final ConcurrentLinkedQueue<RequestSeries> all = new ConcurrentLinkedQueue<>();
    private final AtomicLong overflowed = new AtomicLong();

    RequestMetrics(ProxyIdentity identity) {
        self = Destination.Peer.of(identity);
    }

    private static Destination everything(String name) {
        return new Destination(name, name, name, new Destination.Peer(name, name, name, name));
    }

    void record(FinishedRequest request, Destination destination) {
        RequestSeries.Key key = new RequestSeries.Key(
                request.inbound(),
                destination,
                request.grpcStatus() >= 0,
                request.responseCode(),
                request.grpcStatus(),
                ResponseFlag.joined(request.flags()));
        RequestSeries series = byKey.get(key);
        if (series == null) {
            series = byKey.size() < MAX_SERIES ? seriesOf(key) : overflow(key);
        }
        series.record(request);
    }

    private RequestSeries overflow(RequestSeries.Key key) {
        overflowed.incrementAndGet();
        return seriesOf(new RequestSeries.Key(key.inbound(), OTHER, false, key.responseCode() / 100 * 100, -1, ""));
    }

    private RequestSeries seriesOf(RequestSeries.Key key) {
        return byKey.computeIfAbsent(key, k -> {
            RequestSeries made = new RequestSeries(k, self);
            all.add(made);
            return made;
        });
    }

    /** Counts requests of which nothing is known but who told and the response code. */
    void recordDropped(boolean inbound, int responseCode, long count) {
        seriesOf(new RequestSeries.Key(inbound, UNKNOWN, false, responseCode, -1, ""))
                .recordDropped(count);
    }

    Collection<RequestSeries> series() {
        return Collections.unmodifiableCollection(all);
    }

    /** Requests counted under "other". */
    long overflowed() {
        return overflowed.get();
    }
}
