package weft.proxy.server;

import java.net.InetSocketAddress;
import java.util.Map;
import weft.routing.snapshot.Listener;

/**
 * Decides where a listener is bound. Immutable.
 *
 * @param bindAddress instead of 0.0.0.0; empty to bind as the listener says
 * @param ports another port for some, as 8080 for a Gateway's 80
 */
public record ListenerAddress(String bindAddress, Map<Integer, Integer> ports) {
    public static final ListenerAddress AS_CONFIGURED = new ListenerAddress("", Map.of());

    public ListenerAddress {
        ports = Map.copyOf(ports);
    }

    InetSocketAddress of(Listener listener) {
        if (listener.direction() != Listener.Direction.GATEWAY) {
            return new InetSocketAddress(listener.address(), listener.port());
        }
        boolean isAny = listener.address().isEmpty() || listener.address().equals("0.0.0.0");
        String host = isAny ? (bindAddress.isEmpty() ? "0.0.0.0" : bindAddress) : listener.address();
        return new InetSocketAddress(host, ports.getOrDefault(listener.port(), listener.port()));
    }
}
