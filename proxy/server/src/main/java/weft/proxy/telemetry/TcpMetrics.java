package weft.proxy.telemetry;

import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;
import weft.routing.snapshot.ProxyIdentity;

/**
 * Istio's metrics of connections relayed as a whole. Thread-safe.
 *
 * <p>Bytes count while a connection lives, as such connections may live for days; event loops add to them directly, so
 * that none is lost when the access log's queue is full.
 */
public final class TcpMetrics implements MetricSource {
    /** Label sets kept; more are counted under "other". */
    static final int MAX_SERIES = 2_000;

    private static final Destination OTHER =
            new Destination("other", "other", "other", new Destination.Peer("other", "other", "other", "other"));

    private final Destination.Peer self;
    private final Map<Key, Series> series = new ConcurrentHashMap<>();

    private record Key(boolean inbound, Destination destination, String flags) {}

    /** Counters of all connections that share their labels. Thread-safe. */
    public static final class Series {
        private final Map<String, String> labels;
        private final LongAdder opened = new LongAdder();
        private final LongAdder closed = new LongAdder();
        private final LongAdder received = new LongAdder();
        private final LongAdder sent = new LongAdder();

        private Series(Map<String, String> labels) {
            this.labels = Collections.unmodifiableMap(labels);
        }

        public void opened() {
            opened.increment();
        }

        public void closed() {
            closed.increment();
        }

        /** Bytes from the client. */
        public void received(long bytes) {
            received.add(bytes);
        }

        /** Bytes to the client. */
        public void sent(long bytes) {
            sent.add(bytes);
        }
    }

    public TcpMetrics(ProxyIdentity identity) {
        self = Destination.Peer.of(identity);
    }

    /**
     * Where connections to this destination count.
     *
     * @param flags Envoy's flags joined by a comma, empty for none
     */
    public Series of(
            boolean inbound,
            @Nullable Cluster cluster,
            @Nullable String clusterName,
            @Nullable Endpoint endpoint,
            String flags) {
        Destination destination =
                Destination.of(self, inbound, cluster, clusterName, endpoint).destination();
        Key key = new Key(inbound, destination, flags);
        Series known = series.get(key);
        if (known != null) {
            return known;
        }
        Key kept = series.size() < MAX_SERIES ? key : new Key(inbound, OTHER, "");
        return series.computeIfAbsent(kept, this::make);
    }

    private Series make(Key key) {
        Map<String, String> labels = RequestSeries.edge(key.inbound(), key.destination(), self, "tcp");
        labels.put("response_flags", key.flags().isEmpty() ? "-" : key.flags());
        labels.put("connection_security_policy", RequestSeries.security(key.inbound()));
        return new Series(labels);
    }

    @Override
    public void collect(Output out) {
        series.values().forEach(one -> {
            out.counter(
                    "istio_tcp_connections_opened_total",
                    "Connections relayed, from their beginning.",
                    one.labels,
                    one.opened.sum());
            out.counter("istio_tcp_connections_closed_total", "Connections that ended.", one.labels, one.closed.sum());
            out.counter("istio_tcp_received_bytes_total", "Bytes from clients.", one.labels, one.received.sum());
            out.counter("istio_tcp_sent_bytes_total", "Bytes to clients.", one.labels, one.sent.sum());
        });
    }
}
