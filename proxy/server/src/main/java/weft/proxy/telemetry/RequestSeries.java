package weft.proxy.telemetry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Istio's standard metrics of requests that share all labels. Thread-safe for one writer and any number of readers. */
final class RequestSeries {
    /**
     * What a series is counted by. Immutable.
     *
     * @param grpcStatus -1 for none
     * @param flags Envoy's flags joined by a comma, empty for none
     */
    record Key(
            boolean inbound, Destination destination, boolean isGrpc, int responseCode, int grpcStatus, String flags) {}

    private final Map<String, String> labels;
    private final AtomicLong requests = new AtomicLong();
    private final BucketHistogram durationMillis = new BucketHistogram();
    private final BucketHistogram requestBytes = new BucketHistogram();
    private final BucketHistogram responseBytes = new BucketHistogram();

    RequestSeries(Key key, Destination.Peer self) {
        labels = Collections.unmodifiableMap(labelsOf(key, self));
    }

    void record(FinishedRequest request) {
        requests.setRelease(requests.getPlain() + 1);
        durationMillis.recordThousandths(request.durationNanos() / 1_000);
        requestBytes.recordThousandths(request.bytesReceived() * 1_000);
        responseBytes.recordThousandths(request.bytesSent() * 1_000);
    }

    /** Counts requests of which only the number is known. */
    void recordDropped(long count) {
        requests.setRelease(requests.getPlain() + count);
    }

    /** Istio's label names in Istio's order. */
    Map<String, String> labels() {
        return labels;
    }

    long requests() {
        return requests.getAcquire();
    }

    BucketHistogram durationMillis() {
        return durationMillis;
    }

    BucketHistogram requestBytes() {
        return requestBytes;
    }

    BucketHistogram responseBytes() {
        return responseBytes;
    }

    private static Map<String, String> labelsOf(Key key, Destination.Peer self) {
        Map<String, String> out = edge(key.inbound(), key.destination(), self, key.isGrpc() ? "grpc" : "http");
        out.put("response_code", Integer.toString(key.responseCode()));
        out.put("grpc_response_status", key.grpcStatus() < 0 ? "" : Integer.toString(key.grpcStatus()));
        out.put("response_flags", key.flags().isEmpty() ? "-" : key.flags());
        out.put("connection_security_policy", security(key.inbound()));
        return out;
    }

    /** The labels that requests and connections have in common, to be added to. */
    static Map<String, String> edge(boolean inbound, Destination to, Destination.Peer self, String protocol) {
        Destination.Peer source = inbound ? Destination.Peer.NOBODY : self;
        Destination.Peer peer = to.peer();
        Map<String, String> out = new LinkedHashMap<>(32);
        out.put("reporter", inbound ? "destination" : "source");
        out.put("source_workload", source.workload());
        out.put("source_canonical_service", canonicalService(source));
        out.put("source_canonical_revision", canonicalRevision(source));
        out.put("source_workload_namespace", source.namespace());
        out.put("source_principal", Destination.Peer.UNKNOWN);
        out.put("source_app", source.app());
        out.put("source_version", source.version());
        out.put("source_cluster", Destination.Peer.UNKNOWN);
        out.put("destination_workload", peer.workload());
        out.put("destination_workload_namespace", peer.namespace());
        out.put("destination_principal", Destination.Peer.UNKNOWN);
        out.put("destination_app", peer.app());
        out.put("destination_version", peer.version());
        out.put("destination_service", to.service());
        out.put("destination_canonical_service", canonicalService(peer));
        out.put("destination_canonical_revision", canonicalRevision(peer));
        out.put("destination_service_name", to.serviceName());
        out.put("destination_service_namespace", to.namespace());
        out.put("destination_cluster", Destination.Peer.UNKNOWN);
        out.put("request_protocol", protocol);
        return out;
    }

    static String security(boolean inbound) {
        return inbound ? "none" : Destination.Peer.UNKNOWN;
    }

    private static String canonicalService(Destination.Peer peer) {
        return peer.app().equals(Destination.Peer.UNKNOWN) ? peer.workload() : peer.app();
    }

    private static String canonicalRevision(Destination.Peer peer) {
        if (!peer.version().equals(Destination.Peer.UNKNOWN)) {
            return peer.version();
        }
        return peer.workload().equals(Destination.Peer.UNKNOWN) ? Destination.Peer.UNKNOWN : "latest";
    }
}
