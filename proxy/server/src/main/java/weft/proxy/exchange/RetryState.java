package weft.proxy.exchange;

import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.ResponseHead;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** Decides which failures a retry policy covers, and how long to wait. Thread-safe: holds no state. */
final class RetryState {
    /** Envoy's cap on the backoff, in multiples of its base. */
    private static final int MAX_BACKOFF_FACTOR = 10;

    private RetryState() {}

    /**
     * Whether the policy covers a reset before the response began.
     *
     * @param isSent whether any byte of the request may have reached the upstream
     */
    static boolean covers(RetryPolicy policy, StreamReset reason, boolean isSent) {
        Set<Condition> on = policy.conditions();
        return switch (reason) {
            case OVERFLOW, LOCAL_RESET -> false;
            case CONNECT_FAILURE, CONNECT_TIMEOUT -> on.contains(Condition.CONNECT_FAILURE) || coversAnyReset(on);
            case REMOTE_REFUSED -> on.contains(Condition.REFUSED_STREAM) || coversAnyReset(on);
            case CONNECTION_TERMINATION, REMOTE_RESET, PROTOCOL_ERROR ->
                coversAnyReset(on) || (!isSent && on.contains(Condition.RESET_BEFORE_REQUEST));
        };
    }

    /** Whether the policy covers an attempt that took longer than its own timeout. */
    static boolean coversPerTryTimeout(RetryPolicy policy) {
        return coversAnyReset(policy.conditions());
    }

    private static boolean coversAnyReset(Set<Condition> on) {
        return on.contains(Condition.RESET) || on.contains(Condition.FIVE_XX) || on.contains(Condition.GATEWAY_ERROR);
    }

    /** Whether the policy covers this response; one of a rate limiter only where that is asked for. */
    static boolean covers(RetryPolicy policy, ResponseHead head) {
        Set<Condition> on = policy.conditions();
        int status = head.status();
        if (head.headers().contains("x-envoy-ratelimited")) {
            return on.contains(Condition.ENVOY_RATELIMITED);
        }
        return (status >= 500 && on.contains(Condition.FIVE_XX))
                || (status >= 502 && status <= 504 && on.contains(Condition.GATEWAY_ERROR))
                || (status == 409 && on.contains(Condition.RETRIABLE_4XX))
                || (on.contains(Condition.RETRIABLE_STATUS_CODES)
                        && policy.statusCodes().contains(status))
                || (on.contains(Condition.RETRIABLE_HEADERS) && hasAny(head.headers(), policy.retriableHeaders()))
                || coversGrpc(on, head.headers());
    }

    private static boolean hasAny(Headers headers, Set<String> names) {
        for (String name : names) {
            if (headers.contains(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean coversGrpc(Set<Condition> on, Headers headers) {
        String status = headers.get("grpc-status");
        Condition condition = status == null ? null : grpcCondition(status);
        return condition != null && on.contains(condition);
    }

    private static @Nullable Condition grpcCondition(String status) {
        return switch (status) {
            case "1" -> Condition.GRPC_CANCELLED;
            case "4" -> Condition.GRPC_DEADLINE_EXCEEDED;
            case "8" -> Condition.GRPC_RESOURCE_EXHAUSTED;
            case "13" -> Condition.GRPC_INTERNAL;
            case "14" -> Condition.GRPC_UNAVAILABLE;
            default -> null;
        };
    }

    /**
     * Pause before a retry: uniform below (2^n - 1) times the base, at most ten times the base.
     *
     * @param retry 1 for the first retry
     */
    static long backoffMillis(long baseMillis, int retry, RandomGenerator random) {
        long base = Math.max(1, baseMillis);
        long factor = retry >= 4 ? MAX_BACKOFF_FACTOR : Math.min(MAX_BACKOFF_FACTOR, (1L << retry) - 1);
        return random.nextLong(base * factor);
    }

    /** Whether HTTP lets a proxy send the request again by itself: RFC 9110, section 9.2.2. */
    static boolean isIdempotent(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
            default -> false;
        };
    }
}
