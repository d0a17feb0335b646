package weft.proxy.stream;

import io.netty.buffer.ByteBuf;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;

/** One request on an upstream connection, written by the exchange. Confined to the event loop. */
public interface ClientStream {

    /**
     * Sends the head; once. The codec writes Host and framing: {@code content-length} among the fields is kept, without
     * one a body is chunked.
     *
     * @param end no body follows
     */
    void sendHead(RequestHead head, boolean end);

    /** Sends body bytes, and releases them. */
    void sendData(ByteBuf data, boolean end);

    /** Ends the request with trailer fields. */
    void sendTrailers(Headers trailers);

    /** Gives up: an HTTP/1 connection is closed, an HTTP/2 stream reset. The listener hears nothing more. */
    void reset();

    /** Whether the connection takes more bytes. */
    boolean isWritable();

    /** Stops or resumes the response body: backpressure from a slow client. */
    void setReading(boolean reading);
}
