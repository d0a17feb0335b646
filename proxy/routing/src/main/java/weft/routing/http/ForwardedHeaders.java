package weft.routing.http;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Sets the fields by which a mesh tells upstreams where a request came from. Thread-safe: functions only.
 *
 * <p>At the edge nothing of that kind is believed: a gateway removes internal fields and adds the peer to
 * {@code x-forwarded-for}, as Istio's gateways do. A sidecar leaves what the application or the last proxy said.
 */
public final class ForwardedHeaders {
    private static final byte[] INTERNAL_PREFIX = "x-envoy-".getBytes(StandardCharsets.ISO_8859_1);

    private ForwardedHeaders() {}

    /**
     * @param isEdge whether the peer is outside the mesh
     * @param peer IP address of the peer
     * @param requestIds makes an id for a request that has none
     */
    public static void prepare(RequestHead head, boolean isEdge, String peer, Supplier<String> requestIds) {
        Headers headers = head.headers();
        if (isEdge) {
            removeInternal(headers);
            String before = headers.joined("x-forwarded-for");
            headers.set("x-forwarded-for", before == null ? peer : before + ", " + peer);
            headers.set("x-forwarded-proto", head.scheme());
        } else if (!headers.contains("x-forwarded-proto")) {
            headers.add("x-forwarded-proto", head.scheme());
        }
        if (!headers.contains("x-request-id")) {
            headers.add("x-request-id", requestIds.get());
        }
    }

    /**
     * Address of the client as the mesh believes it, of a head that was prepared: the peer at the edge, behind it the last one
     * that a proxy before this noted.
     */
    public static String client(RequestHead head, boolean isEdge, String peer) {
        String all = isEdge ? null : head.headers().joined("x-forwarded-for");
        return all == null ? peer : all.substring(all.lastIndexOf(',') + 1).trim();
    }

    private static void removeInternal(Headers headers) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (isInternal(headers, i)) {
                headers.remove(headers.name(i));
                i = Math.min(i, headers.size());
            }
        }
        headers.remove("x-forwarded-client-cert");
    }

    private static boolean isInternal(Headers headers, int index) {
        if (headers.nameLength(index) < INTERNAL_PREFIX.length) {
            return false;
        }
        byte[] bytes = headers.bytes();
        int offset = headers.nameOffset(index);
        for (int i = 0; i < INTERNAL_PREFIX.length; i++) {
            if (bytes[offset + i] != INTERNAL_PREFIX[i]) {
                return false;
            }
        }
        return true;
    }
}
