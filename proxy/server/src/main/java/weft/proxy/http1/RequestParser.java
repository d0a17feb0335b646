package weft.proxy.http1;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;
import weft.routing.http.PathNormalization;
import weft.routing.http.RequestHead;

/** Reads one request head after the other into the same {@link RequestHead}. Confined to the event loop. */
final class RequestParser implements LineParser {
    /** Registered methods have at most 17 characters. */
    private static final int MAX_METHOD_BYTES = 32;

    /** Empty lines before a request line, which old clients send after a body. */
    private static final int MAX_EMPTY_LINES = 2;

    /** A target this short is remembered, so that the same request again makes no strings. */
    private static final int MAX_REMEMBERED_TARGET = 256;

    private static final byte[] VERSION = Octets.ascii("HTTP/");
    private static final byte[][] METHOD_BYTES = {
        Octets.ascii("GET"),
        Octets.ascii("POST"),
        Octets.ascii("PUT"),
        Octets.ascii("HEAD"),
        Octets.ascii("DELETE"),
        Octets.ascii("PATCH"),
        Octets.ascii("OPTIONS")
    };
    private static final String[] METHODS = {"GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS"};

    private final int maxTargetBytes;
    private final String scheme;
    private final PathNormalization paths;
    private final RequestHead head = new RequestHead();
    private final FieldParser fields;

    private boolean lineRead;
    private int emptyLines;
    private int minorVersion;
    private @Nullable MalformedRequest error;
    private String absoluteAuthority = "";
    private byte[] lastTarget = new byte[0];
    private String lastPath = "";
    private boolean pathFromLast;
    private boolean rememberPath;
    private String validHost = "";

    RequestParser(Http1Limits limits, String scheme) {
        this.maxTargetBytes = limits.maxTargetBytes();
        this.scheme = scheme;
        this.paths = limits.paths();
        this.fields = new FieldParser(FieldParser.Section.REQUEST, limits.maxFields(), head.headers());
    }

    void reset() {
        head.reset("", scheme, "", "");
        fields.reset(head.headers());
        lineRead = false;
        emptyLines = 0;
        minorVersion = 1;
        error = null;
        absoluteAuthority = "";
    }

    RequestHead head() {
        return head;
    }

    FieldParser fields() {
        return fields;
    }

    boolean isHttp10() {
        return minorVersion == 0;
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
        return lineRead ? Rejections.HEADERS_TOO_LARGE : Rejections.TARGET_TOO_LONG;
    }

    @Override
    public int parse(byte[] a, int from, int to) {
        int at = from;
        while (!lineRead && error == null && at < to) {
            int next = parseRequestLine(a, at, to);
            if (next < 0) {
                return at;
            }
            at = next;
        }
        if (lineRead && error == null) {
            at = fields.parse(a, at, to);
            error = fields.error();
            if (error == null && fields.isComplete()) {
                error = check();
            }
        }
        return at;
    }

    private int fail(MalformedRequest reason) {
        error = reason;
        return -1;
    }

    private int parseRequestLine(byte[] a, int from, int to) {
        if (a[from] == Octets.CR) {
            if (from + 1 == to) {
                return -1;
            }
            return a[from + 1] == Octets.LF && ++emptyLines <= MAX_EMPTY_LINES
                    ? from + 2
                    : fail(Rejections.CODEC_ERROR);
        }
        int methodEnd = from;
        int methodLimit = Math.min(to, from + MAX_METHOD_BYTES + 1);
        while (methodEnd < methodLimit && Octets.tokenLower(a[methodEnd]) != 0) {
            methodEnd++;
        }
        if (methodEnd == to) {
            return to - from > MAX_METHOD_BYTES ? fail(Rejections.CODEC_ERROR) : -1;
        }
        if (a[methodEnd] != ' ' || methodEnd == from) {
            return fail(Rejections.CODEC_ERROR);
        }
        int target = methodEnd + 1;
        int targetEnd = target;
        int targetLimit = (int) Math.min(to, (long) target + maxTargetBytes + 1);
        while (targetEnd < targetLimit && a[targetEnd] > ' ' && a[targetEnd] != 0x7F && a[targetEnd] != '#') {
            targetEnd++;
        }
        if (targetEnd - target > maxTargetBytes) {
            return fail(Rejections.TARGET_TOO_LONG);
        }
        if (targetEnd == to) {
            return -1;
        }
        if (a[targetEnd] != ' ' || targetEnd == target) {
            return fail(Rejections.INVALID_URL);
        }
        int end = parseVersion(a, targetEnd + 1, to);
        if (end >= 0) {
            lineRead = true;
            head.reset(method(a, from, methodEnd - from), scheme, "", "");
            MalformedRequest refused = parseTarget(a, target, targetEnd - target);
            if (refused != null) {
                return fail(refused);
            }
        }
        return end;
    }

    private int parseVersion(byte[] a, int from, int to) {
        for (int i = 0; i < 10; i++) {
            if (from + i == to) {
                return -1;
            }
            byte b = a[from + i];
            boolean right = i < 5
                    ? b == VERSION[i]
                    : switch (i) {
                        case 6 -> b == '.';
                        case 8 -> b == Octets.CR;
                        case 9 -> b == Octets.LF;
                        default -> Octets.isDigit(b);
                    };
            if (!right) {
                return fail(Rejections.CODEC_ERROR);
            }
        }
        minorVersion = a[from + 7] - '0';
        if (a[from + 5] != '1' || minorVersion > 1) {
            return fail(Rejections.UNSUPPORTED_VERSION);
        }
        return from + 10;
    }

    private static String method(byte[] a, int from, int length) {
        for (int i = 0; i < METHODS.length; i++) {
            if (Octets.equal(a, from, length, METHOD_BYTES[i])) {
                return METHODS[i];
            }
        }
        return Octets.latin1(a, from, length);
    }

    private @Nullable MalformedRequest parseTarget(byte[] a, int from, int length) {
        String method = head.method();
        if (method.equals("CONNECT") || method.equals("TRACE")) {
            head.path(Octets.latin1(a, from, length));
            return Rejections.METHOD_NOT_ALLOWED;
        }
        rememberPath = false;
        pathFromLast = Octets.equal(a, from, length, lastTarget);
        if (pathFromLast) {
            head.path(lastPath);
            return null;
        }
        if (a[from] == '/') {
            head.path(Octets.latin1(a, from, length));
            if (length <= MAX_REMEMBERED_TARGET) {
                lastTarget = Arrays.copyOfRange(a, from, from + length);
                rememberPath = true;
            }
            return null;
        }
        if (length == 1 && a[from] == '*') {
            head.path("*");
            return method.equals("OPTIONS") ? null : Rejections.INVALID_URL;
        }
        return parseAbsolute(Octets.latin1(a, from, length));
    }

    private @Nullable MalformedRequest parseAbsolute(String target) {
        int authority = target.regionMatches(true, 0, "http://", 0, 7)
                ? 7
                : target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
        if (authority < 0) {
            head.path(target);
            return Rejections.INVALID_URL;
        }
        int path = authority;
        while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
            path++;
        }
        absoluteAuthority = target.substring(authority, path);
        String rest = target.substring(path);
        head.path(rest.startsWith("/") ? rest : "/" + rest);
        return absoluteAuthority.isEmpty() ? Rejections.INVALID_URL : null;
    }

    /** What can only be judged with the whole head read. */
    private @Nullable MalformedRequest check() {
        if (minorVersion == 0) {
            return Rejections.LOW_VERSION;
        }
        if (fields.hosts() != 1) {
            return fields.hosts() == 0 ? Rejections.MISSING_HOST : Rejections.INVALID_HOST;
        }
        String host = fields.host();
        if (!host.equals(validHost)) {
            if (!Authority.isValid(host)) {
                return Rejections.INVALID_HOST;
            }
            validHost = host;
        }
        if (!absoluteAuthority.isEmpty()) {
            host = absoluteAuthority;
            if (!Authority.isValid(host)) {
                return Rejections.INVALID_HOST;
            }
        }
        head.authority(host);
        if (pathFromLast) {
            return null;
        }
        String path = paths.normalize(head.path());
        if (path == null) {
            return Rejections.PATH_NORMALIZATION_FAILED;
        }
        head.path(path);
        if (rememberPath) {
            lastPath = path;
        }
        return null;
    }
}
