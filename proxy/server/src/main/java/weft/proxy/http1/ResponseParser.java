package weft.proxy.http1;

import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;
import weft.routing.http.ResponseHead;

/** Reads one response head after the other into the same {@link ResponseHead}. Confined to the event loop. */
final class ResponseParser implements LineParser {
    /** {@code HTTP/1.1 200}. */
    private static final int STATUS_BYTES = 12;

    private static final byte[] PATTERN = Octets.ascii("HTTP/1.0 000");

    private final ResponseHead head = new ResponseHead();
    private final FieldParser fields;
    private boolean lineRead;
    private boolean http10;
    private @Nullable MalformedRequest error;

    ResponseParser(Http1Limits limits) {
        fields = new FieldParser(FieldParser.Section.RESPONSE, limits.maxFields(), head.headers());
    }

    void reset() {
        head.reset(200);
        fields.reset(head.headers());
        lineRead = false;
        http10 = false;
        error = null;
    }

    ResponseHead head() {
        return head;
    }

    FieldParser fields() {
        return fields;
    }

    boolean isHttp10() {
        return http10;
    }

    /** Whether the server lets the connection live on. */
    boolean isKeepAlive() {
        return !fields.isCloseAsked() && (!http10 || fields.isKeepAliveAsked());
    }

    @Override
    public boolean isComplete() {
        return fields.isComplete();
    }

    @Override
    public @Nullable MalformedRequest error() {
        return error;
    }

    @Override
    public MalformedRequest tooLarge() {
        return Rejections.HEADERS_TOO_LARGE;
    }

    @Override
    public int parse(byte[] a, int from, int to) {
        int at = from;
        if (!lineRead) {
            int next = parseStatusLine(a, from, to);
            if (next < 0) {
                return from;
            }
            at = next;
        }
        at = fields.parse(a, at, to);
        error = fields.error();
        if (error == null && http10 && fields.isChunked()) {
            error = Rejections.INVALID_TRANSFER_ENCODING;
        }
        return at;
    }

    private int fail() {
        error = Rejections.CODEC_ERROR;
        return -1;
    }

    private int parseStatusLine(byte[] a, int from, int to) {
        int known = Math.min(to - from, STATUS_BYTES);
        for (int i = 0; i < known; i++) {
            byte b = a[from + i];
            boolean right = i == 7 ? b == '0' || b == '1' : i > 8 ? Octets.isDigit(b) : b == PATTERN[i];
            if (!right) {
                return fail();
            }
        }
        int reason = from + STATUS_BYTES;
        if (to <= reason) {
            return -1;
        }
        // Some servers leave out the space before an empty reason.
        if (a[reason] != ' ' && a[reason] != Octets.CR) {
            return fail();
        }
        int end = Octets.indexOfControl(a, reason, to);
        while (end < to && a[end] == '\t') {
            end = Octets.indexOfControl(a, end + 1, to);
        }
        if (end == to || (a[end] == Octets.CR && end + 1 == to)) {
            return -1;
        }
        if (a[end] != Octets.CR || a[end + 1] != Octets.LF) {
            return fail();
        }
        int status = (a[from + 9] - '0') * 100 + (a[from + 10] - '0') * 10 + a[from + 11] - '0';
        if (status < 100) {
            return fail();
        }
        head.reset(status);
        http10 = a[from + 7] == '0';
        lineRead = true;
        return end + 2;
    }
}
