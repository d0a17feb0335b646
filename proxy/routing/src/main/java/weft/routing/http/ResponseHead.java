package weft.routing.http;

/** Head of one response: status and header fields, without connection-level ones. Confined to its event loop. */
public final class ResponseHead {
    private int status = 200;
    private final Headers headers = new Headers();

    /** Begins a new response in this object; header fields are cleared. */
    public void reset(int status) {
        this.status = status;
        headers.clear();
    }

    public int status() {
        return status;
    }

    public Headers headers() {
        return headers;
    }
}
