package weft.proxy.server;

import weft.proxy.tcp.TcpConnections;

/**
 * How long the proxy waits for clients, whatever the rules say. Immutable.
 *
 * @param helloMillis how long a TLS client may take to say where it wants to go
 * @param streamIdleMillis how long nothing may move on a request; 0 for as long as it likes, which is what Istio sets
 */
public record Timeouts(long helloMillis, long streamIdleMillis) {
    public static final Timeouts DEFAULT = new Timeouts(TcpConnections.HELLO_TIMEOUT_MILLIS, 0);
}
