package weft.proxy.exchange;

import weft.proxy.stream.StreamReset;
import weft.routing.http.ResponseFlag;

/**
 * What a reset by the upstream side means to the client: Envoy's flag, status and words. Immutable.
 *
 * <p>The one place where a {@link StreamReset} becomes a {@link ResponseFlag}.
 *
 * @param words as Envoy puts it in the body; with underscores it is the access log's detail
 */
record UpstreamFailure(ResponseFlag flag, int status, String words) {
    private static final UpstreamFailure REMOTE_CONNECTION_FAILURE =
            new UpstreamFailure(ResponseFlag.UPSTREAM_CONNECTION_FAILURE, 503, "remote connection failure");
    private static final UpstreamFailure CONNECTION_TIMEOUT =
            new UpstreamFailure(ResponseFlag.UPSTREAM_CONNECTION_FAILURE, 503, "connection timeout");
    private static final UpstreamFailure CONNECTION_TERMINATION =
            new UpstreamFailure(ResponseFlag.UPSTREAM_CONNECTION_TERMINATION, 503, "connection termination");
    private static final UpstreamFailure REMOTE_RESET =
            new UpstreamFailure(ResponseFlag.UPSTREAM_REMOTE_RESET, 503, "remote reset");
    private static final UpstreamFailure REMOTE_REFUSED =
            new UpstreamFailure(ResponseFlag.UPSTREAM_REMOTE_RESET, 503, "remote refused stream reset");
    private static final UpstreamFailure PROTOCOL_ERROR =
            new UpstreamFailure(ResponseFlag.UPSTREAM_PROTOCOL_ERROR, 502, "protocol error");
    private static final UpstreamFailure LOCAL_RESET =
            new UpstreamFailure(ResponseFlag.LOCAL_RESET, 503, "local reset");
    private static final UpstreamFailure OVERFLOW =
            new UpstreamFailure(ResponseFlag.UPSTREAM_OVERFLOW, 503, "overflow");

    static UpstreamFailure of(StreamReset reason) {
        return switch (reason) {
            case CONNECT_FAILURE -> REMOTE_CONNECTION_FAILURE;
            case CONNECT_TIMEOUT -> CONNECTION_TIMEOUT;
            case CONNECTION_TERMINATION -> CONNECTION_TERMINATION;
            case REMOTE_RESET -> REMOTE_RESET;
            case REMOTE_REFUSED -> REMOTE_REFUSED;
            case PROTOCOL_ERROR -> PROTOCOL_ERROR;
            case LOCAL_RESET -> LOCAL_RESET;
            case OVERFLOW -> OVERFLOW;
        };
    }

    /** The access log's detail: the reason, and what the transport said besides. */
    String details(String moment, String transport) {
        String reason = words.replace(' ', '_');
        return transport.isEmpty()
                ? moment + "{" + reason + "}"
                : moment + "{" + reason + "," + transport.replace(' ', '_') + "}";
    }
}
