package weft.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import weft.routing.http.Headers;
import weft.routing.http.ResponseHead;

/** The proxy's answer to one downstream request, written by the exchange. Confined to the event loop. */
public interface ServerStream {

    /** The connection; for its event loop and addresses, never for writing. */
    Channel channel();

    /** {@code HTTP/1.1} or {@code HTTP/2}, as access logs show it. */
    String protocol();

    /** Sends a 1xx head other than 101. */
    void sendInformational(ResponseHead head);

    /**
     * Sends the head; once. The codec adds framing and connection fields: a {@code content-length} among the fields is
     * kept, without one the body is chunked (or ends with the connection for an HTTP/1.0 client).
     *
     * @param end no body follows
     */
    void sendHead(ResponseHead head, boolean end);

    /** Sends body bytes, and releases them. */
    void sendData(ByteBuf data, boolean end);

    /** Ends the response with trailer fields. */
    void sendTrailers(Headers trailers);

    /** Gives up on this request: an HTTP/1 connection is closed, an HTTP/2 stream reset. */
    void reset(StreamReset reason);

    /** Whether the connection takes more bytes; {@link ServerStreamListener#onWritabilityChanged} tells of changes. */
    boolean isWritable();

    /** Stops or resumes the request body: backpressure from a slow upstream. Starts resumed. */
    void setReading(boolean reading);

    /** Closes the connection after this response (drain, protocol errors). */
    void closeAfterResponse();
}
