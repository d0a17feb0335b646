package weft.proxy.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where a client meant to connect when iptables sent its connection here. Thread-safe: holds no state.
 *
 * <p>Connection tracking remembers it, and tells it as a socket option: SO_ORIGINAL_DST, for IPv4 and IPv6 alike.
 */
public final class OriginalDestination {
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int SO_ORIGINAL_DST = 80;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int V4_LENGTH = 16;
    private static final int V6_LENGTH = 28;
    private static final int PORT_AT = 2;
    private static final int V4_ADDRESS_AT = 4;
    private static final int V6_ADDRESS_AT = 8;

    private static final ChannelOption<ByteBuffer> V4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, V4_LENGTH);
    private static final ChannelOption<ByteBuffer> V6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, SO_ORIGINAL_DST, V6_LENGTH);

    private OriginalDestination() {}

    /** The address before redirection; null when the connection was not redirected, or nobody can tell. */
    public static @Nullable InetSocketAddress of(Channel channel) {
        if (!(channel instanceof EpollSocketChannel) || !(channel.localAddress() instanceof InetSocketAddress local)) {
            return null;
        }
        InetSocketAddress original = read(channel, local.getAddress() instanceof Inet6Address ? V6 : V4);
        return local.equals(original) ? null : original;
    }

    private static @Nullable InetSocketAddress read(Channel channel, ChannelOption<ByteBuffer> option) {
        try {
            return parse(channel.config().getOption(option));
        } catch (ChannelException e) {
            // There is no connection tracking, or it does not know this connection.
            return null;
        }
    }

    /** Reads a sockaddr_in or sockaddr_in6; null for any other. */
    static @Nullable InetSocketAddress parse(@Nullable ByteBuffer address) {
        if (address == null || address.capacity() < V4_LENGTH) {
            return null;
        }
        int family = address.duplicate().order(ByteOrder.nativeOrder()).getShort(0);
        int port = address.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(PORT_AT) & 0xFFFF;
        boolean isV6 = family == AF_INET6 && address.capacity() >= V6_LENGTH;
        if (!isV6 && family != AF_INET) {
            return null;
        }
        byte[] bytes = new byte[isV6 ? 16 : 4];
        ByteBuffer from = address.duplicate();
        from.clear().position(isV6 ? V6_ADDRESS_AT : V4_ADDRESS_AT);
        from.get(bytes);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }
}
