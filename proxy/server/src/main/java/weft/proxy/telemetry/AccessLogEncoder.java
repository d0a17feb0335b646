package weft.proxy.telemetry;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.log.WireCodec;
import weft.routing.http.ResponseFlag;
import weft.routing.route.Route;
import weft.routing.snapshot.ProxyIdentity;
import weft.schema.AccessLogEntry;

/**
 * Writes what has ended as an {@link AccessLogEntry}. Confined to the telemetry thread.
 *
 * <p>Goes straight to bytes, without the record: each request of the mesh passes here twice. Its test reads every field
 * back with the generated class, and {@link #FIELDS} must be the schema's fields in order.
 */
final class AccessLogEncoder {
    /** Fields in the order written below. */
    static final List<String> FIELDS = List.of(
            "start_time",
            "route_name",
            "method",
            "path",
            "protocol",
            "response_code",
            "response_flags",
            "response_code_details",
            "connection_termination_details",
            "bytes_received",
            "bytes_sent",
            "duration",
            "upstream_service_time",
            "x_forwarded_for",
            "user_agent",
            "request_id",
            "authority",
            "upstream_host",
            "upstream_cluster",
            "upstream_local_address",
            "downstream_local_address",
            "downstream_remote_address",
            "requested_server_name",
            "upstream_transport_failure_reason",
            "duration_micros",
            "reporter",
            "proxy_id",
            "bundle_id",
            "rule_ref",
            "source_workload",
            "source_namespace",
            "source_app",
            "source_version",
            "destination_service",
            "destination_namespace",
            "destination_workload",
            "destination_app",
            "destination_version",
            "subset",
            "weight_draw",
            "attempts",
            "trace_id",
            "span_id",
            "match_headers");

    private static final int MAX_REMEMBERED_ROUTES = 16_384;
    private static final int TRACEPARENT_LENGTH = 55;

    private final WireCodec.Header header;
    private final String proxyId;
    private final Destination.Peer self;
    private final AvroBuffer out = new AvroBuffer();
    private final Map<Route, String> ruleRefs = new IdentityHashMap<>();

    /** @param codec that knows how entries begin */
    AccessLogEncoder(ProxyIdentity identity, WireCodec codec) {
        proxyId = identity.id();
        self = Destination.Peer.of(identity);
        header = codec.header(AccessLogEntry.getClassSchema());
    }

    byte[] encode(FinishedRequest request, Destination.Upstream upstream) {
        out.clear();
        out.raw(header.bytes());
        writeResponse(request);
        writeConnection(request, upstream.hostPort());
        writeWeft(request, upstream.destination());
        return out.toByteArray();
    }

    byte[] encode(FinishedConnection connection, Destination.Upstream upstream) {
        out.clear();
        out.raw(header.bytes());
        writeRelay(connection);
        writeConnection(connection, upstream.hostPort());
        out.number(connection.durationNanos() / 1_000);
        writeDecision(connection, connection.bundleRevision());
        out.string(connection.rule() == null ? "" : connection.rule().key().toString());
        writeEnds(
                connection.inbound(),
                upstream.destination(),
                upstream.destination().service());
        writeChoice(connection.subset(), connection.weightDraw(), connection.attempts());
        writeTrace(null);
        writeMatchHeaders(Map.of());
        return out.toByteArray();
    }

    /** A connection has neither method nor status; its bytes are all that passed. */
    private void writeRelay(FinishedConnection connection) {
        out.number(connection.startMicros());
        out.string(connection.chain());
        out.string("");
        out.string("");
        out.string("");
        out.number(0);
        out.string(ResponseFlag.joined(connection.flags()));
        out.string(connection.details());
        out.nullableString(connection.termination());
        out.number(connection.bytesReceived());
        out.number(connection.bytesSent());
        out.number(connection.durationNanos() / 1_000_000);
        out.branch(false);
    }

    private void writeConnection(FinishedConnection connection, String hostPort) {
        out.branch(false);
        out.branch(false);
        out.branch(false);
        out.branch(false);
        out.nullableString(hostPort.isEmpty() ? null : hostPort);
        out.nullableString(connection.clusterName());
        out.nullableString(connection.upstreamLocalAddress());
        out.nullableString(connection.downstreamLocalAddress());
        out.nullableString(connection.downstreamRemoteAddress());
        out.nullableString(connection.serverName());
        out.nullableString(connection.upstreamFailure());
    }

    private void writeResponse(FinishedRequest request) {
        Route route = request.route();
        out.number(request.startMicros());
        out.string(route == null ? "" : route.name());
        out.string(request.method());
        out.string(request.path());
        out.string(request.protocol());
        out.number(request.responseCode());
        out.string(ResponseFlag.joined(request.flags()));
        out.string(request.details());
        out.branch(false);
        out.number(request.bytesReceived());
        out.number(request.bytesSent());
        out.number(request.durationNanos() / 1_000_000);
        out.branch(request.upstreamNanos() >= 0);
        if (request.upstreamNanos() >= 0) {
            out.number(request.upstreamNanos() / 1_000_000);
        }
    }

    private void writeConnection(FinishedRequest request, String hostPort) {
        out.nullableString(request.forwardedFor());
        out.nullableString(request.userAgent());
        out.nullableString(request.requestId());
        out.nullableString(request.authority());
        out.nullableString(hostPort.isEmpty() ? null : hostPort);
        out.nullableString(request.clusterName());
        out.nullableString(request.upstreamLocalAddress());
        out.nullableString(request.downstreamLocalAddress());
        out.nullableString(request.downstreamRemoteAddress());
        out.branch(false);
        out.nullableString(request.upstreamFailure());
    }

    private void writeWeft(FinishedRequest request, Destination destination) {
        out.number(request.durationNanos() / 1_000);
        writeDecision(request, request.bundleRevision());
        out.string(ruleRef(request.route()));
        boolean isUnmatched = request.cluster() == null && request.clusterName() == null;
        writeEnds(request.inbound(), destination, isUnmatched ? request.authority() : destination.service());
        writeChoice(request.subset(), request.weightDraw(), request.attempts());
        writeTrace(request.traceparent());
        writeMatchHeaders(request.matchHeaders());
    }

    private void writeDecision(Finished ended, long bundleRevision) {
        out.string(ended.inbound() ? "destination" : "source");
        out.string(proxyId);
        out.number(bundleRevision);
    }

    private void writeEnds(boolean inbound, Destination destination, String service) {
        writeSource(inbound ? Destination.Peer.NOBODY : self);
        out.string(service);
        out.string(destination.namespace());
        out.string(destination.peer().workload());
        out.string(destination.peer().app());
        out.string(destination.peer().version());
    }

    private void writeChoice(String subset, int weightDraw, int attempts) {
        out.string(subset);
        out.branch(weightDraw >= 0);
        if (weightDraw >= 0) {
            out.number(weightDraw);
        }
        out.number(attempts);
    }

    private void writeSource(Destination.Peer source) {
        out.string(source.workload());
        out.string(source.namespace());
        out.string(source.app());
        out.string(source.version());
    }

    /** Trace and span of a W3C traceparent, 00-(32)-(16)-01. */
    private void writeTrace(@Nullable String traceparent) {
        boolean isWhole = traceparent != null
                && traceparent.length() >= TRACEPARENT_LENGTH
                && traceparent.charAt(2) == '-'
                && traceparent.charAt(35) == '-'
                && traceparent.charAt(52) == '-';
        out.nullableString(isWhole && traceparent != null ? traceparent.substring(3, 35) : null);
        out.nullableString(isWhole && traceparent != null ? traceparent.substring(36, 52) : null);
    }

    private void writeMatchHeaders(Map<String, String> headers) {
        if (!headers.isEmpty()) {
            out.number(headers.size());
            headers.forEach((name, value) -> {
                out.string(name);
                out.string(value);
            });
        }
        out.number(0);
    }

    private String ruleRef(@Nullable Route route) {
        if (route == null || route.rule() == null) {
            return "";
        }
        String known = ruleRefs.get(route);
        if (known == null) {
            if (ruleRefs.size() >= MAX_REMEMBERED_ROUTES) {
                ruleRefs.clear();
            }
            known = route.rule().key().toString();
            ruleRefs.put(route, known);
        }
        return known;
    }
}
