package weft.routing.route;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * When and how often a request is tried again. Immutable. Istio VirtualService, HTTPRetry.
 *
 * @param attempts number of re-tries after the first try; 0 for none
 * @param perTryTimeoutMillis 0: bounded by the route's timeout only
 * @param statusCodes those that {@link Condition#RETRIABLE_STATUS_CODES} means, besides
 * @param ignorePreviousHosts whether endpoints that were tried are passed over
 * @param staysOnHash whether that is not so where a hash of the request finds the endpoint
 * @param retryRemoteLocalities whether tries after the second may leave the localities of those before
 * @param retriableHeaders those of a response that {@link Condition#RETRIABLE_HEADERS} means; only a caller can name them
 * @param backoffMillis base of the jittered exponential backoff
 */
public record RetryPolicy(
        int attempts,
        long perTryTimeoutMillis,
        Set<Condition> conditions,
        Set<Integer> statusCodes,
        long backoffMillis,
        boolean ignorePreviousHosts,
        boolean staysOnHash,
        boolean retryRemoteLocalities,
        Set<String> retriableHeaders) {
    public static final long DEFAULT_BACKOFF_MILLIS = 25;
    public static final RetryPolicy NONE = new RetryPolicy(0, 0, Set.of(), Set.of(), DEFAULT_BACKOFF_MILLIS, true);

    /** Istio's mesh default: two retries, for failures in which the upstream did not work on the request. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(
            2,
            0,
            EnumSet.of(
                    Condition.CONNECT_FAILURE,
                    Condition.REFUSED_STREAM,
                    Condition.GRPC_UNAVAILABLE,
                    Condition.GRPC_CANCELLED,
                    Condition.RETRIABLE_STATUS_CODES),
            Set.of(),
            DEFAULT_BACKOFF_MILLIS,
            true);

    /** Tries within the localities that the balancer picks from. */
    public RetryPolicy(
            int attempts,
            long perTryTimeoutMillis,
            Set<Condition> conditions,
            Set<Integer> statusCodes,
            long backoffMillis,
            boolean ignorePreviousHosts) {
        this(
                attempts,
                perTryTimeoutMillis,
                conditions,
                statusCodes,
                backoffMillis,
                ignorePreviousHosts,
                false,
                false,
                Set.of());
    }

    /** The same, but that a request stays with the endpoint that its hash finds. */
    public RetryPolicy stayingOnHash() {
        return new RetryPolicy(
                attempts,
                perTryTimeoutMillis,
                conditions,
                statusCodes,
                backoffMillis,
                ignorePreviousHosts,
                true,
                retryRemoteLocalities,
                retriableHeaders);
    }

    /** Whether it is what holds where rules say nothing. */
    public boolean isDefault() {
        return equals(DEFAULT) || equals(DEFAULT.stayingOnHash());
    }

    /** Envoy's retry-on words. */
    public enum Condition {
        FIVE_XX("5xx"),
        GATEWAY_ERROR("gateway-error"),
        RESET("reset"),
        RESET_BEFORE_REQUEST("reset-before-request"),
        CONNECT_FAILURE("connect-failure"),
        ENVOY_RATELIMITED("envoy-ratelimited"),
        RETRIABLE_4XX("retriable-4xx"),
        REFUSED_STREAM("refused-stream"),
        RETRIABLE_STATUS_CODES("retriable-status-codes"),
        RETRIABLE_HEADERS("retriable-headers"),
        HTTP3_POST_CONNECT_FAILURE("http3-post-connect-failure"),
        GRPC_CANCELLED("cancelled"),
        GRPC_DEADLINE_EXCEEDED("deadline-exceeded"),
        GRPC_INTERNAL("internal"),
        GRPC_RESOURCE_EXHAUSTED("resource-exhausted"),
        GRPC_UNAVAILABLE("unavailable");

        private static final Map<String, Condition> BY_WORD =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Condition::word, Function.identity()));

        private final String word;

        Condition(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        /** The condition a word stands for; null for none. */
        public static @Nullable Condition of(String word) {
            return BY_WORD.get(word);
        }
    }

    public RetryPolicy {
        conditions = Set.copyOf(conditions);
        statusCodes = Set.copyOf(statusCodes);
        retriableHeaders = Set.copyOf(retriableHeaders);
    }
}
