package weft.proxy.stream;

import io.netty.buffer.ByteBuf;
import weft.routing.http.Headers;

/** What arrives of one downstream request after its head. Called on the event loop. */
public interface ServerStreamListener {

    /** Body bytes; the listener releases them. An empty buffer may come with {@code end}. */
    void onData(ByteBuf data, boolean end);

    /** Trailer fields; the request has ended. */
    void onTrailers(Headers trailers);

    /** The client left, or broke the protocol, before request and response were both whole. Nothing follows. */
    void onReset(StreamReset reason);

    /** {@link ServerStream#isWritable} changed. */
    void onWritabilityChanged();

    /** The last byte of the response was handed to the socket, or failed to be; nothing follows. */
    void onResponseFlushed(boolean success);
}
