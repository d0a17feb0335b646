package weft.routing.http;

/**
 * Head of one request: canonical, validated once by the codec, used alike by routing, policy and the upstream encoder.
 * Confined to the event loop of its connection.
 *
 * <p>The path is the normalised one; authority, not a {@code host} field, names the host. Connection-level fields
 * (Connection, Keep-Alive, Transfer-Encoding, Content-Length framing, Host) never appear among {@link #headers} except
 * {@code content-length} with its one valid value.
 */
public final class RequestHead {
    private String method = "GET";
    private String scheme = "http";
    private String authority = "";
    private String path = "/";
    private int pathLength = 1;
    private final Headers headers = new Headers();

    /** Begins a new request in this object; header fields are cleared. */
    public void reset(String method, String scheme, String authority, String path) {
        this.method = method;
        this.scheme = scheme;
        this.authority = authority;
        path(path);
        headers.clear();
    }

    public String method() {
        return method;
    }

    /** http or https. */
    public String scheme() {
        return scheme;
    }

    public void scheme(String value) {
        scheme = value;
    }

    /** Host and port as the client sent them. */
    public String authority() {
        return authority;
    }

    /** Rewrites the host for the upstream. */
    public void authority(String value) {
        authority = value;
    }

    /** Path with query. */
    public String path() {
        return path;
    }

    /** Rewrites path and query. */
    public void path(String value) {
        path = value;
        int query = value.indexOf('?');
        pathLength = query < 0 ? value.length() : query;
    }

    /** Length of the path without query: {@code path().substring(0, pathLength())} is what routes match. */
    public int pathLength() {
        return pathLength;
    }

    public Headers headers() {
        return headers;
    }

    @Override
    public String toString() {
        return method + " " + authority + path;
    }
}
