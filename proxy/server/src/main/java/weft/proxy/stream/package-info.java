/**
 * Where codecs meet the request path: one request and its response as a stream, free of any wire format.
 *
 * <p>A codec package implements {@link weft.proxy.stream.ServerStream} and {@link weft.proxy.stream.ClientStream}; the
 * exchange implements the listeners. Everything happens on the event loop of the connection. Buffers are handed over
 * with the call: who receives one releases it.
 */
@NullMarked
package weft.proxy.stream;

import org.jspecify.annotations.NullMarked;
