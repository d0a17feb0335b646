package weft.routing.cluster;

/**
 * Probes by which the operating system finds out that a silent peer is gone. Immutable. Istio, connectionPool.tcp.tcpKeepalive;
 * 0 leaves a figure to the operating system.
 *
 * @param probes unanswered before the connection counts as dead
 * @param idleSeconds without a byte before the first probe
 * @param intervalSeconds between two probes
 */
public record TcpKeepalive(int probes, int idleSeconds, int intervalSeconds) {}
