package weft.local.bookinfo;

import com.sun.net.httpserver.HttpExchange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as a service sees it. Immutable.
 *
 * @param forwarded headers that every call made on behalf of this one carries on: the user, the request id, the trace
 */
record Call(String path, @Nullable String query, @Nullable String cookie, Map<String, String> forwarded) {
    static final String END_USER = "end-user";

    private static final List<String> FORWARDED = List.of(
            END_USER,
            "x-request-id",
            "traceparent",
            "tracestate",
            "b3",
            "x-b3-traceid",
            "x-b3-spanid",
            "x-b3-parentspanid",
            "x-b3-sampled",
            "x-b3-flags",
            "user-agent");

    Call {
        forwarded = Map.copyOf(forwarded);
    }

    static Call of(HttpExchange exchange) {
        Map<String, String> forwarded = new LinkedHashMap<>();
        for (String name : FORWARDED) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                forwarded.put(name, value);
            }
        }
        return new Call(
                exchange.getRequestURI().getPath(),
                exchange.getRequestURI().getQuery(),
                exchange.getRequestHeaders().getFirst("cookie"),
                forwarded);
    }

    /** The same call on behalf of this user. */
    Call as(String user) {
        Map<String, String> headers = new LinkedHashMap<>(forwarded);
        headers.put(END_USER, user);
        return new Call(path, query, cookie, headers);
    }

    @Nullable
    String endUser() {
        return forwarded.get(END_USER);
    }

    /** The path's last segment as a product number, or -1 when it is none. */
    int product() {
        String last = path.substring(path.lastIndexOf('/') + 1);
        return last.matches("\\d{1,9}") ? Integer.parseInt(last) : -1;
    }
}
