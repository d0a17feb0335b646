package weft.proxy.http1;

import java.util.Set;
import weft.routing.http.Headers;

/** Names of fields that the codec treats itself. Immutable. */
final class FieldNames {
    static final byte[] TE = Octets.ascii("te");
    static final byte[] HOST = Octets.ascii("host");
    static final byte[] EXPECT = Octets.ascii("expect");
    static final byte[] UPGRADE = Octets.ascii("upgrade");
    static final byte[] CONNECTION = Octets.ascii("connection");
    static final byte[] KEEP_ALIVE = Octets.ascii("keep-alive");
    static final byte[] CONTENT_LENGTH = Octets.ascii("content-length");
    static final byte[] HTTP2_SETTINGS = Octets.ascii("http2-settings");
    static final byte[] PROXY_CONNECTION = Octets.ascii("proxy-connection");
    static final byte[] TRANSFER_ENCODING = Octets.ascii("transfer-encoding");

    /** Fields that a client cannot have removed by naming them in {@code Connection}: framing and trusted hop data. */
    private static final Set<String> PROTECTED =
            Set.of("content-length", "host", "forwarded", "x-real-ip", "x-request-id");

    /** Fields that mean something only before a body: framing, routing, authentication, payload processing. */
    private static final Set<String> FORBIDDEN_TRAILERS = Set.of(
            "authorization",
            "cache-control",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "cookie",
            "expect",
            "forwarded",
            "host",
            "http2-settings",
            "keep-alive",
            "max-forwards",
            "pragma",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "range",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "www-authenticate",
            "x-real-ip",
            "x-request-id");

    private FieldNames() {}

    static boolean isProtected(String name) {
        return PROTECTED.contains(name) || isHopData(name);
    }

    static boolean isForbiddenTrailer(String name) {
        return FORBIDDEN_TRAILERS.contains(name) || isHopData(name);
    }

    private static boolean isHopData(String name) {
        return name.startsWith("x-forwarded-") || name.startsWith("x-envoy-");
    }

    /** Whether this end-to-end head wrongly holds a field of one connection at this index; such are never written. */
    static boolean isOfConnection(Headers headers, int index) {
        byte[] bytes = headers.bytes();
        int offset = headers.nameOffset(index);
        int length = headers.nameLength(index);
        return switch (length) {
            case 0 -> true;
            case 2 -> Octets.equal(bytes, offset, length, TE);
            case 4 -> Octets.equal(bytes, offset, length, HOST);
            case 7 -> Octets.equal(bytes, offset, length, UPGRADE);
            case 10 ->
                Octets.equal(bytes, offset, length, CONNECTION) || Octets.equal(bytes, offset, length, KEEP_ALIVE);
            case 16 -> Octets.equal(bytes, offset, length, PROXY_CONNECTION);
            case 17 -> Octets.equal(bytes, offset, length, TRANSFER_ENCODING);
            default -> false;
        };
    }

    static boolean isContentLength(Headers headers, int index) {
        int length = headers.nameLength(index);
        return length == CONTENT_LENGTH.length
                && Octets.equal(headers.bytes(), headers.nameOffset(index), length, CONTENT_LENGTH);
    }
}
