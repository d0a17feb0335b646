package weft.proxy.upstream;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Writes socket addresses as access logs show them. */
public final class Addresses {
    private Addresses() {}

    /** IP:PORT, an IPv6 address in brackets. */
    public static String hostPort(@Nullable SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return "";
        }
        String ip = ip(inet);
        return ip.indexOf(':') >= 0 ? "[" + ip + "]:" + inet.getPort() : ip + ":" + inet.getPort();
    }

    /** The IP address alone. */
    public static String ip(InetSocketAddress address) {
        String ip = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        int zone = ip.indexOf('%');
        return zone < 0 ? ip : ip.substring(0, zone);
    }
}
