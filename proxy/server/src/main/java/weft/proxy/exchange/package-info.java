/**
 * One request's life: from the head a codec delivers to one entry in the access log.
 *
 * <p>{@link weft.proxy.exchange.DownstreamConnection} takes requests; each becomes an {@link weft.proxy.exchange.Exchange},
 * which reads one {@link weft.proxy.exchange.ServingSnapshot}, picks a route and answers through its
 * {@link weft.proxy.exchange.DownstreamResponse}, or hands over to its
 * {@link weft.proxy.exchange.Router}, whose attempts are {@link weft.proxy.exchange.UpstreamRequest}s. Whatever goes wrong
 * becomes a {@link weft.proxy.exchange.LocalReply} there and nowhere else. Everything happens on the connection's event
 * loop.
 */
@NullMarked
package weft.proxy.exchange;

import org.jspecify.annotations.NullMarked;
