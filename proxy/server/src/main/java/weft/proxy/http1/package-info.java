/**
 * HTTP/1.1 on the wire, both sides, strict per RFC 9112 and stricter where peers disagree.
 *
 * <p>Bytes of a connection come in as Netty buffers; {@link weft.proxy.http1.Http1ServerHandler} turns them into requests
 * for a {@link weft.proxy.stream.ServerStreamAcceptor}, {@link weft.proxy.http1.Http1ClientConnection} writes requests to
 * an upstream and turns its bytes into responses. A head is validated once and copied once, framing is decided by the
 * codec alone, and what is written is made anew from the canonical head, never passed through. Everything is confined to
 * the event loop of its connection.
 */
@NullMarked
package weft.proxy.http1;

import org.jspecify.annotations.NullMarked;
