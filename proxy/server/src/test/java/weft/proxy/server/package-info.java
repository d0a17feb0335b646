/** The proxy as clients and upstreams see it: real sockets on both sides. */
@NullMarked
package weft.proxy.server;

import org.jspecify.annotations.NullMarked;
