/**
 * Connections relayed as a whole: which filter chain takes one, by the server name of its TLS hello if need be, and the
 * relay to an endpoint of the chain's cluster.
 *
 * <p>Accepted channels come in, bytes flow both ways between them and upstream channels, a
 * {@link weft.proxy.telemetry.FinishedConnection} per connection goes out. All of it happens on the connection's event loop.
 */
@NullMarked
package weft.proxy.tcp;

import org.jspecify.annotations.NullMarked;
