package weft.proxy.http1;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;
import weft.routing.http.Headers;

/**
 * Reads field lines up to the empty one into {@link Headers}, keeping back what belongs to the connection. Confined to
 * the event loop.
 *
 * <p>Framing is decided from what was read here before anything named by {@code Connection} is removed, and only this
 * class removes: a client can neither hide the length of a body nor strip what proxies add.
 */
final class FieldParser {
    enum Section {
        REQUEST,
        RESPONSE,
        TRAILERS
    }

    /** Tokens in Connection; a handful is usual, and each costs a search of all fields. */
    private static final int MAX_CONNECTION_TOKENS = 32;

    private static final byte[] CHUNKED = Octets.ascii("chunked");
    private static final byte[] CLOSE = Octets.ascii("close");
    private static final byte[] CONTINUE = Octets.ascii("100-continue");

    private final Section section;
    private final int maxFields;
    private final List<String> nominated = new ArrayList<>(4);

    private Headers into;
    private int fields;
    private int connectionTokens;
    private @Nullable MalformedRequest error;
    private boolean complete;

    private boolean keepAliveAsked;
    private boolean closeAsked;
    private boolean chunked;
    private boolean expectsContinue;
    private long contentLength;
    private int hosts;
    private String host = "";

    FieldParser(Section section, int maxFields, Headers into) {
        this.section = section;
        this.maxFields = maxFields;
        this.into = into;
        reset(into);
    }

    void reset(Headers target) {
        into = target;
        fields = 0;
        connectionTokens = 0;
        error = null;
        complete = false;
        keepAliveAsked = false;
        closeAsked = false;
        chunked = false;
        expectsContinue = false;
        contentLength = -1;
        hosts = 0;
        nominated.clear();
    }

    boolean isComplete() {
        return complete;
    }

    @Nullable
    MalformedRequest error() {
        return error;
    }

    boolean isChunked() {
        return chunked;
    }

    /** -1 without one. */
    long contentLength() {
        return contentLength;
    }

    boolean isCloseAsked() {
        return closeAsked;
    }

    boolean isKeepAliveAsked() {
        return keepAliveAsked;
    }

    boolean expectsContinue() {
        return expectsContinue;
    }

    /** How many Host fields there were. */
    int hosts() {
        return hosts;
    }

    String host() {
        return host;
    }

    /** Consumes whole lines; returns the index of the first byte not consumed. Look at error and complete after it. */
    int parse(byte[] a, int from, int to) {
        int line = from;
        while (error == null && !complete && line < to) {
            int next = parseLine(a, line, to);
            if (next < 0) {
                break;
            }
            line = next;
        }
        return line;
    }

    private int parseLine(byte[] a, int line, int to) {
        if (a[line] == Octets.CR) {
            if (line + 1 == to) {
                return -1;
            }
            if (a[line + 1] != Octets.LF) {
                return fail(Rejections.CODEC_ERROR);
            }
            end();
            return line + 2;
        }
        int colon = line;
        for (; colon < to; colon++) {
            byte lower = Octets.tokenLower(a[colon]);
            if (lower == 0) {
                break;
            }
            a[colon] = lower;
        }
        if (colon == to) {
            return -1;
        }
        if (a[colon] != ':' || colon == line) {
            return fail(Rejections.INVALID_CHARACTERS);
        }
        int value = colon + 1;
        while (value < to && (a[value] == ' ' || a[value] == '\t')) {
            value++;
        }
        int end = Octets.indexOfControl(a, value, to);
        while (end < to && a[end] == '\t') {
            end = Octets.indexOfControl(a, end + 1, to);
        }
        if (end == to || (a[end] == Octets.CR && end + 1 == to)) {
            return -1;
        }
        if (a[end] != Octets.CR || a[end + 1] != Octets.LF) {
            return fail(Rejections.INVALID_CHARACTERS);
        }
        int next = end + 2;
        while (end > value && (a[end - 1] == ' ' || a[end - 1] == '\t')) {
            end--;
        }
        if (++fields > maxFields) {
            return fail(Rejections.TOO_MANY_HEADERS);
        }
        field(a, line, colon - line, value, end - value);
        return error == null ? next : -1;
    }

    private int fail(MalformedRequest reason) {
        error = reason;
        return -1;
    }

    private void field(byte[] a, int name, int nameLength, int value, int valueLength) {
        if (section == Section.TRAILERS) {
            if (!FieldNames.isForbiddenTrailer(Octets.latin1(a, name, nameLength))) {
                into.add(a, name, nameLength, value, valueLength);
            }
        } else if (!ofConnection(a, name, nameLength, value, valueLength)) {
            into.add(a, name, nameLength, value, valueLength);
        }
    }

    /** Handles and keeps back a field of the connection; false for all others. */
    private boolean ofConnection(byte[] a, int name, int nameLength, int value, int valueLength) {
        switch (nameLength) {
            case 2:
                return Octets.equal(a, name, nameLength, FieldNames.TE);
            case 4:
                return section == Section.REQUEST
                        && Octets.equal(a, name, nameLength, FieldNames.HOST)
                        && host(a, value, valueLength);
            case 6:
                return section == Section.REQUEST
                        && Octets.equal(a, name, nameLength, FieldNames.EXPECT)
                        && expect(a, value, valueLength);
            case 7:
                return Octets.equal(a, name, nameLength, FieldNames.UPGRADE);
            case 10:
                return Octets.equal(a, name, nameLength, FieldNames.KEEP_ALIVE)
                        || (Octets.equal(a, name, nameLength, FieldNames.CONNECTION)
                                && connection(a, value, valueLength));
            case 14:
                return Octets.equal(a, name, nameLength, FieldNames.HTTP2_SETTINGS)
                        || (Octets.equal(a, name, nameLength, FieldNames.CONTENT_LENGTH)
                                && contentLength(a, name, value, valueLength));
            case 16:
                return Octets.equal(a, name, nameLength, FieldNames.PROXY_CONNECTION);
            case 17:
                return Octets.equal(a, name, nameLength, FieldNames.TRANSFER_ENCODING)
                        && transferEncoding(a, value, valueLength);
            default:
                return false;
        }
    }

    private boolean host(byte[] a, int value, int length) {
        // A keep-alive connection names the same host again and again: the string of the last request serves.
        if (host.length() != length || !same(a, value, host)) {
            host = Octets.latin1(a, value, length);
        }
        hosts++;
        return true;
    }

    private static boolean same(byte[] a, int from, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (a[from + i] != (byte) text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean expect(byte[] a, int value, int length) {
        expectsContinue = Octets.equalIgnoreCase(a, value, length, CONTINUE);
        if (!expectsContinue) {
            error = Rejections.EXPECTATION_FAILED;
        }
        return false;
    }

    private boolean contentLength(byte[] a, int name, int value, int length) {
        long parsed = Octets.decimal(a, value, length);
        if (contentLength >= 0 || parsed < 0) {
            error = Rejections.INVALID_CONTENT_LENGTH;
            return true;
        }
        contentLength = parsed;
        if (a[value] != '0' || length == 1) {
            into.add(a, name, FieldNames.CONTENT_LENGTH.length, value, length);
        } else {
            into.add("content-length", Long.toString(parsed));
        }
        return true;
    }

    private boolean transferEncoding(byte[] a, int value, int length) {
        if (chunked || !Octets.equalIgnoreCase(a, value, length, CHUNKED)) {
            error = Rejections.INVALID_TRANSFER_ENCODING;
        }
        chunked = true;
        return true;
    }

    private boolean connection(byte[] a, int value, int length) {
        int end = value + length;
        for (int from = value; from < end; ) {
            int comma = Octets.indexOf(a, (byte) ',', from, end);
            int to = comma < 0 ? end : comma;
            int first = from;
            int last = to;
            while (first < last && (a[first] == ' ' || a[first] == '\t')) {
                first++;
            }
            while (last > first && (a[last - 1] == ' ' || a[last - 1] == '\t')) {
                last--;
            }
            if (last > first) {
                connectionToken(a, first, last - first);
            }
            from = to + 1;
        }
        return true;
    }

    private void connectionToken(byte[] a, int from, int length) {
        if (++connectionTokens > MAX_CONNECTION_TOKENS) {
            error = Rejections.CODEC_ERROR;
        } else if (Octets.equalIgnoreCase(a, from, length, CLOSE)) {
            closeAsked = true;
        } else if (Octets.equalIgnoreCase(a, from, length, FieldNames.KEEP_ALIVE)) {
            keepAliveAsked = true;
        } else {
            nominate(a, from, length);
        }
    }

    private void nominate(byte[] a, int from, int length) {
        byte[] name = new byte[length];
        for (int i = 0; i < length; i++) {
            name[i] = Octets.tokenLower(a[from + i]);
            if (name[i] == 0) {
                error = Rejections.INVALID_CHARACTERS;
                return;
            }
        }
        nominated.add(Octets.latin1(name, 0, length));
    }

    private void end() {
        complete = true;
        if (chunked && contentLength >= 0) {
            error = Rejections.CONTENT_LENGTH_AND_CHUNKED;
            return;
        }
        for (int i = 0; i < nominated.size(); i++) {
            String name = nominated.get(i);
            if (!FieldNames.isProtected(name)) {
                into.remove(name);
            }
        }
    }
}
