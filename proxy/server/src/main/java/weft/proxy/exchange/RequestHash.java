package weft.proxy.exchange;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.XxHash64;
import weft.proxy.upstream.ClusterRuntime;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.HashKey.Cookie;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;

/**
 * The hash by which a request finds its endpoint, as Envoy computes it. Thread-safe: functions only.
 *
 * <p>Without what is to be hashed there is no hash, and chance decides; but a cookie with a time to live is made up and set
 * in the response.
 */
final class RequestHash {
    private RequestHash() {}

    /** @param head as the client sent it; {@link ClusterRuntime#NO_HASH} when the cluster asks for none */
    static long of(
            ClusterRuntime cluster, RequestHead head, DownstreamConnection connection, DownstreamResponse response) {
        ConsistentHash hash = cluster.cluster().loadBalancing().hash();
        if (hash == null) {
            return ClusterRuntime.NO_HASH;
        }
        HashKey key = hash.key();
        if (key instanceof HashKey.Header header) {
            return header(head.headers(), header.name());
        }
        if (key instanceof Cookie cookie) {
            return cookie(head.headers(), cookie, connection, response);
        }
        if (key instanceof HashKey.QueryParameter parameter) {
            return query(head, parameter.name());
        }
        return sourceIp(connection.remoteIp());
    }

    static long sourceIp(String ip) {
        return ip.isEmpty() ? ClusterRuntime.NO_HASH : XxHash64.of(ip);
    }

    /** Of all values, in whatever order. */
    private static long header(Headers headers, String name) {
        long hash = ClusterRuntime.NO_HASH;
        for (int i = headers.indexOf(name, 0); i >= 0; i = headers.indexOf(name, i + 1)) {
            hash += XxHash64.of(headers.value(i));
        }
        return hash;
    }

    /** Of the first value as it stands there. */
    private static long query(RequestHead head, String name) {
        String path = head.path();
        int from = head.pathLength() + 1;
        while (from <= path.length()) {
            int end = path.indexOf('&', from);
            end = end < 0 ? path.length() : end;
            int nameEnd = from + name.length();
            if (path.startsWith(name, from) && (nameEnd == end || nameEnd < end && path.charAt(nameEnd) == '=')) {
                return XxHash64.of(path, Math.min(nameEnd + 1, end), end, 0);
            }
            from = end + 1;
        }
        return ClusterRuntime.NO_HASH;
    }

    private static long cookie(
            Headers headers, Cookie cookie, DownstreamConnection connection, DownstreamResponse response) {
        String value = cookieValue(headers, cookie.name());
        if (value == null && cookie.ttlSeconds() != Cookie.PASSIVE) {
            // The same for all requests of a connection, so that those sent at once agree.
            long made = XxHash64.of(connection.remoteAddress() + connection.localAddress());
            value = HexFormat.of().toHexDigits(made);
            response.setCookie(setCookie(cookie, value));
        }
        return value == null ? ClusterRuntime.NO_HASH : XxHash64.of(value);
    }

    /** Null for none, and for an empty one. */
    private static @Nullable String cookieValue(Headers headers, String name) {
        for (int i = headers.indexOf("cookie", 0); i >= 0; i = headers.indexOf("cookie", i + 1)) {
            for (String pair : headers.value(i).split(";")) {
                String trimmed = pair.strip();
                if (trimmed.startsWith(name)
                        && trimmed.length() > name.length()
                        && trimmed.charAt(name.length()) == '=') {
                    String value = unquoted(trimmed.substring(name.length() + 1));
                    return value.isEmpty() ? null : value;
                }
            }
        }
        return null;
    }

    private static String unquoted(String value) {
        boolean isQuoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return isQuoted ? value.substring(1, value.length() - 1) : value;
    }

    private static String setCookie(Cookie cookie, String value) {
        StringBuilder text = new StringBuilder();
        text.append(cookie.name()).append("=\"").append(value).append('"');
        if (cookie.ttlSeconds() > 0) {
            text.append("; Max-Age=").append(cookie.ttlSeconds());
        }
        if (!cookie.path().isEmpty()) {
            text.append("; Path=").append(cookie.path());
        }
        for (Cookie.Attribute attribute : cookie.attributes()) {
            text.append("; ").append(attribute.name());
            if (!attribute.value().isEmpty()) {
                text.append('=').append(attribute.value());
            }
        }
        return text.append("; HttpOnly").toString();
    }
}
