package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

/**
 * Heads as bytes: start line, fields and, when it is decided, framing. Stateless; each event loop has its own workspace.
 *
 * <p>Fields that belong to a connection are never copied, whoever put them into the head; runs of untouched fields are
 * copied in one piece.
 */
final class HeadEncoder {
    static final byte[] CRLF = Octets.ascii("\r\n");
    static final byte[] CHUNKED_END = Octets.ascii("transfer-encoding: chunked\r\n\r\n");
    static final byte[] CONTENT_LENGTH = Octets.ascii("content-length: ");
    private static final byte[] NO_BODY = Octets.ascii("content-length: 0\r\n");
    private static final byte[] CONNECTION_CLOSE = Octets.ascii("connection: close\r\n");
    private static final byte[] VERSION_AND_HOST = Octets.ascii(" HTTP/1.1\r\nhost: ");
    private static final byte[] HEX = Octets.ascii("0123456789ABCDEF");

    /** Room for everything but fields, method, path and authority. */
    private static final int FIXED_ROOM = 160;

    private static final FastThreadLocal<byte[]> WORKSPACE = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[8 * 1024];
        }
    };

    private HeadEncoder() {}

    /** The value of the only content-length, or -1 when there is none that makes sense. */
    static long contentLength(Headers headers) {
        int index = headers.indexOf("content-length", 0);
        if (index < 0 || headers.indexOf("content-length", index + 1) >= 0) {
            return -1;
        }
        return Octets.decimal(headers.bytes(), headers.valueOffset(index), headers.valueLength(index));
    }

    /**
     * Appends a response head to {@code out}, with the empty line unless framing is undecided.
     *
     * @param bodyless whether the status or the request's method forbids a body
     */
    static void response(ResponseHead head, Framing framing, boolean bodyless, boolean close, ByteBuf out) {
        Headers headers = head.headers();
        byte[] line = Statuses.line(head.status());
        byte[] to = workspace(line.length + fieldRoom(headers) + FIXED_ROOM);
        int at = put(line, to, 0);
        boolean keepLength = framing == Framing.LENGTH || (bodyless && mayDescribeBody(head.status()));
        at = fields(headers, keepLength && contentLength(headers) >= 0, to, at);
        if (close) {
            at = put(CONNECTION_CLOSE, to, at);
        }
        if (framing == Framing.NONE && !bodyless) {
            at = put(NO_BODY, to, at);
        }
        out.writeBytes(to, 0, end(framing, to, at));
    }

    /** Responses to HEAD and 304 tell the length that a body would have had; 1xx and 204 must not. */
    private static boolean mayDescribeBody(int status) {
        return status >= 200 && status != 204;
    }

    /** Appends a request head to {@code out}, with the empty line unless framing is undecided. */
    static void request(RequestHead head, Framing framing, ByteBuf out) {
        Headers headers = head.headers();
        String method = head.method();
        String path = head.path();
        String authority = head.authority();
        byte[] to =
                workspace(method.length() + 3 * utf8Room(path) + authority.length() + fieldRoom(headers) + FIXED_ROOM);
        int at = putVisible(method, to, 0);
        to[at++] = ' ';
        at = putTarget(path, to, at);
        at = put(VERSION_AND_HOST, to, at);
        at = putVisible(authority, to, at);
        at = put(CRLF, to, at);
        at = fields(headers, framing == Framing.LENGTH, to, at);
        if (framing == Framing.NONE && usuallyHasBody(method)) {
            at = put(NO_BODY, to, at);
        }
        out.writeBytes(to, 0, end(framing, to, at));
    }

    private static boolean usuallyHasBody(String method) {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }

    /** Trailer fields with the empty line. */
    static void trailers(Headers trailers, ByteBuf out) {
        byte[] to = workspace(fieldRoom(trailers) + FIXED_ROOM);
        int at = fields(trailers, false, to, 0);
        out.writeBytes(to, 0, put(CRLF, to, at));
    }

    private static int end(Framing framing, byte[] to, int at) {
        return switch (framing) {
            case UNDECIDED -> at;
            case CHUNKED -> put(CHUNKED_END, to, at);
            case NONE, LENGTH, CLOSE -> put(CRLF, to, at);
        };
    }

    private static int fields(Headers headers, boolean keepLength, byte[] to, int from) {
        byte[] bytes = headers.bytes();
        int at = from;
        int runStart = 0;
        int runEnd = 0;
        for (int i = 0; i < headers.size(); i++) {
            if (FieldNames.isOfConnection(headers, i) || (!keepLength && FieldNames.isContentLength(headers, i))) {
                continue;
            }
            int start = headers.nameOffset(i);
            int end = headers.valueOffset(i) + headers.valueLength(i) + 2;
            if (start != runEnd) {
                System.arraycopy(bytes, runStart, to, at, runEnd - runStart);
                at += runEnd - runStart;
                runStart = start;
            }
            runEnd = end;
        }
        System.arraycopy(bytes, runStart, to, at, runEnd - runStart);
        return at + runEnd - runStart;
    }

    private static int fieldRoom(Headers headers) {
        return headers.byteCount() + 4 * headers.size();
    }

    private static int utf8Room(String path) {
        return 3 * path.length();
    }

    private static int put(byte[] bytes, byte[] to, int at) {
        System.arraycopy(bytes, 0, to, at, bytes.length);
        return at + bytes.length;
    }

    /** A rule may have written anything here: what is not a visible ASCII character becomes '?'. */
    private static int putVisible(String text, byte[] to, int from) {
        int at = from;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            to[at++] = c > ' ' && c < 0x7F ? (byte) c : (byte) '?';
        }
        return at;
    }

    private static int putTarget(String path, byte[] to, int from) {
        int at = from;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '#') {
                return putEscaped(path, i, to, at);
            }
            to[at++] = (byte) c;
        }
        return at;
    }

    /** The rest of a target that a rewrite gave characters which must be percent-encoded. */
    private static int putEscaped(String path, int from, byte[] to, int start) {
        int at = start;
        for (byte b : path.substring(from).getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b != 0x7F && b != '#') {
                to[at++] = b;
            } else {
                to[at++] = '%';
                to[at++] = HEX[b >> 4 & 0xF];
                to[at++] = HEX[b & 0xF];
            }
        }
        return at;
    }

    private static byte[] workspace(int length) {
        byte[] shared = WORKSPACE.get();
        return length <= shared.length ? shared : new byte[length];
    }
}
