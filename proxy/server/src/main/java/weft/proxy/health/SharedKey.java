package weft.proxy.health;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import weft.proxy.upstream.Addresses;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;

/** Names a check for all proxies alike: the address, and a hash of how it is probed. Thread-safe: functions only. */
final class SharedKey {
    private static final int HASH_BYTES = 8;

    private SharedKey() {}

    static String of(HealthCheck settings, InetSocketAddress address) {
        String text = probe(settings.probe())
                + '\n'
                + settings.intervalMillis()
                + ' '
                + settings.timeoutMillis()
                + ' '
                + settings.unhealthyThreshold()
                + ' '
                + settings.healthyThreshold()
                + ' '
                + settings.jitterMillis();
        return Addresses.hostPort(address) + '/' + hash(text);
    }

    /** Maps in order: their own differs from process to process. */
    private static String probe(HealthProbe probe) {
        return probe instanceof HealthProbe.Http http
                ? String.join(
                        "\n",
                        http.method(),
                        http.path(),
                        http.host(),
                        http.expected().toString(),
                        http.retriable().toString(),
                        new TreeMap<>(http.headers()).toString())
                : probe.toString();
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
