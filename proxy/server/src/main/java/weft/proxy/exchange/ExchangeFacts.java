package weft.proxy.exchange;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Endpoint;
import weft.routing.http.ResponseHead;
import weft.routing.route.HeaderFacts;

/**
 * What the header fields of rules may say of an exchange, by Envoy's names. Confined to the event loop.
 *
 * <p>Those of an answer know its head besides.
 */
final class ExchangeFacts implements HeaderFacts {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final DownstreamConnection connection;
    private final StreamInfo info;
    private final @Nullable ResponseHead response;

    ExchangeFacts(DownstreamConnection connection, StreamInfo info, @Nullable ResponseHead response) {
        this.connection = connection;
        this.info = info;
        this.response = response;
    }

    @Override
    public @Nullable String value(String command, String argument) {
        return switch (command) {
            case "PROTOCOL" -> info.protocol();
            case "START_TIME" -> argument.isEmpty() ? startTime() : null;
            case "ROUTE_NAME" -> info.routeName();
            case "UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW" -> info.clusterName();
            case "UPSTREAM_HOST" -> upstreamHost();
            case "RESP" -> response == null ? null : response.headers().joined(argument);
            case "RESPONSE_CODE" -> response == null ? null : Integer.toString(response.status());
            case "RESPONSE_CODE_DETAILS" -> response == null ? null : info.details();
            case "DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" -> connection.remoteAddress();
            case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" ->
                connection.remoteIp();
            case "DOWNSTREAM_LOCAL_ADDRESS" -> connection.localAddress();
            case "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" -> local(0, colon());
            case "DOWNSTREAM_LOCAL_PORT" ->
                local(colon() + 1, connection.localAddress().length());
            default -> null;
        };
    }

    private String startTime() {
        return TIME.format(Instant.ofEpochMilli(TimeUnit.MICROSECONDS.toMillis(info.startMicros())));
    }

    private @Nullable String upstreamHost() {
        if (info.endpoint() == null) {
            return null;
        }
        Endpoint endpoint = info.endpoint().endpoint();
        return endpoint.address() + ":" + endpoint.port();
    }

    private int colon() {
        return connection.localAddress().lastIndexOf(':');
    }

    private String local(int from, int to) {
        return connection.localAddress().substring(from, to);
    }
}
