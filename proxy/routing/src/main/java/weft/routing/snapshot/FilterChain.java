package weft.routing.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * What happens to the connections that a match takes. Immutable.
 *
 * @param application what is known of the connections it is for
 * @param tls how the proxy ends TLS before the filter sees bytes, or null when it leaves the bytes as they are
 */
public record FilterChain(
        String name, FilterChainMatch match, @Nullable ServerTls tls, NetworkFilter filter, Application application) {

    /** What connections carry, in the order in which chains of one address and port have a say. */
    public enum Application {
        /** Bytes that are no concern of the proxy. */
        OPAQUE,
        /** What the first bytes show: HTTP goes to the listener's routes. */
        SNIFFED,
        /** Nothing is known of the address: the port's routes take it, where there are any. */
        UNKNOWN
    }

    /** A chain for connections that carry bytes alone. */
    public FilterChain(String name, FilterChainMatch match, @Nullable ServerTls tls, NetworkFilter filter) {
        this(name, match, tls, filter, Application.OPAQUE);
    }
}
