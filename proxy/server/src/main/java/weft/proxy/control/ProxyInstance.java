package weft.proxy.control;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.UUID;

/**
 * This run of the proxy, as it tells others of itself. Immutable.
 *
 * @param bootId minted at each start
 * @param adminAddress HOST:PORT; empty when there is none
 * @param startedAtMillis milliseconds since 1970
 */
public record ProxyInstance(
        String bootId, String version, String host, long pid, String adminAddress, long startedAtMillis) {

    /** This process. */
    public static ProxyInstance current(String version, String adminAddress, InstantSource clock) {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown";
        }
        return new ProxyInstance(
                UUID.randomUUID().toString(),
                version,
                host,
                ProcessHandle.current().pid(),
                adminAddress,
                clock.millis());
    }
}
