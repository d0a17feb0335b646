package weft.proxy.stream;

/** Why a stream ended before it was whole, seen from the side that tells. */
public enum StreamReset {
    /** The connection could not be made. */
    CONNECT_FAILURE,
    /** The connection could not be made in time. */
    CONNECT_TIMEOUT,
    /** The peer closed the connection. */
    CONNECTION_TERMINATION,
    /** The peer reset the stream. */
    REMOTE_RESET,
    /** The peer refused the stream before it did anything with it. */
    REMOTE_REFUSED,
    /** The peer broke the protocol. */
    PROTOCOL_ERROR,
    /** This side gave up. */
    LOCAL_RESET,
    /** A limit of the pool. */
    OVERFLOW
}
