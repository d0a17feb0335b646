package weft.proxy.stream;

import io.netty.buffer.ByteBuf;
import weft.routing.http.Headers;
import weft.routing.http.ResponseHead;

/** What arrives of one upstream response. Called on the event loop. */
public interface ClientStreamListener {

    /** A 1xx head other than 101. */
    void onInformational(ResponseHead head);

    /**
     * The response's head.
     *
     * @param head the connection's own; valid until the stream ends
     * @param end no body follows
     */
    void onHead(ResponseHead head, boolean end);

    /** Body bytes; the listener releases them. */
    void onData(ByteBuf data, boolean end);

    /** Trailer fields; the response has ended. */
    void onTrailers(Headers trailers);

    /**
     * The response will not become whole. Nothing follows.
     *
     * @param details for the access log, as {@code connection_termination}
     */
    void onReset(StreamReset reason, String details);

    /** {@link ClientStream#isWritable} changed. */
    void onWritabilityChanged();
}
