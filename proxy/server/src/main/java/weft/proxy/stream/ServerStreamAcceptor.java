package weft.proxy.stream;

import weft.routing.http.RequestHead;

/** Takes the requests of one downstream connection. Called on the event loop. */
public interface ServerStreamAcceptor {

    /**
     * A request with a valid head.
     *
     * @param head the stream's own until the response has ended
     * @param end no body follows
     */
    ServerStreamListener onRequest(ServerStream stream, RequestHead head, boolean end);

    /**
     * A request that the codec refuses. The acceptor answers with {@link MalformedRequest#status} and the connection is
     * closed after it; nothing else of the connection is read.
     *
     * @param head as far as it was read, for the access log
     */
    ServerStreamListener onMalformed(ServerStream stream, RequestHead head, MalformedRequest reason);
}
