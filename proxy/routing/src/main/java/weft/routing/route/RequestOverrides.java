package weft.routing.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weft.routing.http.Headers;
import weft.routing.route.RetryPolicy.Condition;

/**
 * Retries and timeout of one request, where its caller asks for others than its route has, by Envoy's fields. Immutable.
 *
 * <p>As Envoy on a sidecar: only a caller inside the mesh may ask, and that is one whose {@code x-forwarded-for} is a
 * single address of a private network. What others ask is taken off their request without effect.
 *
 * @param timeoutMillis whole budget with retries; 0 for none
 */
public record RequestOverrides(RetryPolicy retries, long timeoutMillis) {
    private static final byte[] PREFIX = "x-envoy-".getBytes(StandardCharsets.ISO_8859_1);
    private static final String RETRY_ON = "x-envoy-retry-on";
    private static final String RETRY_GRPC_ON = "x-envoy-retry-grpc-on";
    private static final String MAX_RETRIES = "x-envoy-max-retries";
    private static final String STATUS_CODES = "x-envoy-retriable-status-codes";
    private static final String HEADER_NAMES = "x-envoy-retriable-header-names";
    private static final String TIMEOUT = "x-envoy-upstream-rq-timeout-ms";
    private static final String PER_TRY_TIMEOUT = "x-envoy-upstream-rq-per-try-timeout-ms";

    /** Whether a request has fields of Envoy's at all; nearly none has. */
    public static boolean arePossible(Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            if (headers.nameLength(i) > PREFIX.length
                    && Arrays.equals(
                            headers.bytes(),
                            headers.nameOffset(i),
                            headers.nameOffset(i) + PREFIX.length,
                            PREFIX,
                            0,
                            PREFIX.length)) {
                return true;
            }
        }
        return false;
    }

    /** Takes the fields off the request; what they ask for, or what the route has. */
    public static RequestOverrides take(Headers headers, RetryPolicy route, long routeTimeoutMillis) {
        RequestOverrides asked = isInternal(headers.joined("x-forwarded-for"))
                ? of(headers, route, routeTimeoutMillis)
                : new RequestOverrides(route, routeTimeoutMillis);
        for (String field :
                new String[] {RETRY_ON, RETRY_GRPC_ON, MAX_RETRIES, STATUS_CODES, HEADER_NAMES, TIMEOUT, PER_TRY_TIMEOUT
                }) {
            headers.remove(field);
        }
        return asked;
    }

    private static RequestOverrides of(Headers headers, RetryPolicy route, long routeTimeoutMillis) {
        long timeoutMillis = number(headers.get(TIMEOUT), routeTimeoutMillis);
        long perTryMillis = number(headers.get(PER_TRY_TIMEOUT), route.perTryTimeoutMillis());
        if (timeoutMillis > 0 && perTryMillis >= timeoutMillis) {
            perTryMillis = 0;
        }
        Set<Condition> conditions = EnumSet.noneOf(Condition.class);
        conditions.addAll(route.conditions());
        Consumer<String> add = word -> {
            Condition condition = Condition.of(word);
            if (condition != null) {
                conditions.add(condition);
            }
        };
        words(headers.joined(RETRY_ON), add);
        words(headers.joined(RETRY_GRPC_ON), add);
        Set<Integer> codes = new HashSet<>(route.statusCodes());
        words(headers.joined(STATUS_CODES), word -> {
            long code = number(word, -1);
            if (code >= 0 && code <= 999) {
                codes.add((int) code);
            }
        });
        Set<String> names = new HashSet<>(route.retriableHeaders());
        words(headers.joined(HEADER_NAMES), word -> names.add(word.toLowerCase(Locale.ROOT)));
        int attempts = conditions.isEmpty() ? 0 : Math.max(route.attempts(), 1);
        if (attempts > 0) {
            attempts = (int) Math.min(number(headers.get(MAX_RETRIES), attempts), Integer.MAX_VALUE);
        }
        RetryPolicy policy = new RetryPolicy(
                attempts,
                perTryMillis,
                conditions,
                codes,
                route.backoffMillis(),
                route.ignorePreviousHosts(),
                route.staysOnHash(),
                route.retryRemoteLocalities(),
                names);
        return new RequestOverrides(policy, timeoutMillis);
    }

    private static void words(@Nullable String list, Consumer<String> to) {
        if (list != null) {
            for (String part : list.split(",", -1)) {
                String word = part.trim();
                if (!word.isEmpty()) {
                    to.accept(word);
                }
            }
        }
    }

    /** Digits only, as many as never overflow. */
    private static long number(@Nullable String text, long otherwise) {
        if (text == null || text.isEmpty() || text.length() > 12) {
            return otherwise;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return otherwise;
            }
            number = 10 * number + c - '0';
        }
        return number;
    }

    /** Whether it is one address, and of a private network as Envoy counts them. */
    private static boolean isInternal(@Nullable String forwardedFor) {
        if (forwardedFor == null) {
            return false;
        }
        String address = forwardedFor.trim();
        if (address.indexOf(':') >= 0) {
            return address.equals("::1") || (address.indexOf(',') < 0 && address.matches("[fF][dD][0-9a-fA-F:.]+"));
        }
        String[] parts = address.split("\\.", -1);
        long[] octets = Arrays.stream(parts).mapToLong(part -> number(part, -1)).toArray();
        if (octets.length != 4 || Arrays.stream(octets).anyMatch(octet -> octet < 0 || octet > 255)) {
            return false;
        }
        return octets[0] == 10
                || octets[0] == 127
                || (octets[0] == 172 && octets[1] >= 16 && octets[1] < 32)
                || (octets[0] == 192 && octets[1] == 168);
    }
}
