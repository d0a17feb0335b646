package weft.proxy.http1;

/** How the end of a message that is being written will be told. */
enum Framing {
    /** No body: nothing to tell. */
    NONE,
    /** A content-length is among the fields. */
    LENGTH,
    CHUNKED,
    /** The connection's end is the message's end, for HTTP/1.0 clients. */
    CLOSE,
    /** Head not finished: a body that turns out to be one buffer gets a content-length, all others are chunked. */
    UNDECIDED
}
