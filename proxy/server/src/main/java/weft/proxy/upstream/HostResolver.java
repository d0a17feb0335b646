package weft.proxy.upstream;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Finds the IP addresses of a host name, away from event loops. Thread-safe. */
@FunctionalInterface
public interface HostResolver {

    /** All addresses in the order given; fails when the name does not resolve. */
    CompletableFuture<List<InetAddress>> resolve(String host);

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
