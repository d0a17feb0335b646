package weft.proxy.http1;

/** What a pool hears of its upstream connections. Called on the connection's event loop. */
public interface ConnectionListener {

    /** A stream has ended, its listener was told, and the connection takes the next one. */
    void onIdle(Http1ClientConnection connection);

    /** The connection is gone, after a stream or while idle; told once. */
    void onClosed(Http1ClientConnection connection);
}
