package weft.proxy.upstream;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds the IP addresses of a host name, away from the event loops of traffic. Thread-safe. */
@FunctionalInterface
public interface HostResolver {

    /**
     * What is known of a name. Immutable.
     *
     * @param addresses all of them in the order given; empty when whoever knows says that there are none
     * @param ttlMillis how long that may be believed, within bounds; 0 for this once
     */
    record Resolution(List<InetAddress> addresses, long ttlMillis) {
        /** Names whose answers may not be kept are asked for this often at most. */
        private static final long MIN_REFRESH_MILLIS = TimeUnit.SECONDS.toMillis(1);

        /** An address withdrawn in a hurry is let go of within this time, whatever the answer before it said. */
        private static final long MAX_TTL_MILLIS = TimeUnit.MINUTES.toMillis(5);

        /** A name may come any moment, and is missed more than one that is there. */
        private static final long MAX_NEGATIVE_TTL_MILLIS = TimeUnit.SECONDS.toMillis(5);

        public Resolution {
            addresses = List.copyOf(addresses);
            ttlMillis = Math.min(ttlMillis, addresses.isEmpty() ? MAX_NEGATIVE_TTL_MILLIS : MAX_TTL_MILLIS);
        }

        /** When to ask again: when this has run out, but not at once. */
        long refreshMillis() {
            return Math.max(MIN_REFRESH_MILLIS, ttlMillis);
        }
    }

    /** Fails when it cannot be found out whether the name has addresses. */
    CompletableFuture<Resolution> resolve(String host);

    /** The address when the host is an IP address (an IPv6 one perhaps in brackets), else null: nothing is looked up. */
    static @Nullable InetSocketAddress literal(String host, int port) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(bare);
        if (bytes == null) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
