package weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.proxy.stream.StreamReset;
import weft.routing.http.ResponseHead;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

class RetryStateTest {

    private static RetryPolicy on(Condition... conditions) {
        return new RetryPolicy(2, 0, Set.of(conditions), Set.of(429), 25, true);
    }

    private static ResponseHead head(int status, String... field) {
        ResponseHead head = new ResponseHead();
        head.reset(status);
        if (field.length == 2) {
            head.headers().add(field[0], field[1]);
        }
        return head;
    }

    @Test
    void backoffIsJitteredExponentialAndCapped() {
        RandomGenerator random = new SplittableRandom(3);
        long[] bounds = {25, 75, 175, 250, 250, 250};
        for (int retry = 1; retry <= bounds.length; retry++) {
            long most = 0;
            for (int i = 0; i < 5_000; i++) {
                long pause = RetryState.backoffMillis(25, retry, random);
                assertThat(pause).isBetween(0L, bounds[retry - 1] - 1);
                most = Math.max(most, pause);
            }
            assertThat(most).isGreaterThan(bounds[retry - 1] * 9 / 10);
        }
        assertThat(RetryState.backoffMillis(0, 1, random)).isZero();
    }

    @Test
    void defaultPolicyCoversOnlyWhatDidNotReachTheUpstream() {
        assertThat(RetryState.covers(RetryPolicy.DEFAULT, StreamReset.CONNECT_FAILURE, false))
                .isTrue();
        assertThat(RetryState.covers(RetryPolicy.DEFAULT, StreamReset.REMOTE_REFUSED, true))
                .isTrue();
        assertThat(RetryState.covers(RetryPolicy.DEFAULT, StreamReset.CONNECTION_TERMINATION, true))
                .isFalse();
        assertThat(RetryState.covers(RetryPolicy.DEFAULT, head(503))).isFalse();
        assertThat(RetryState.covers(RetryPolicy.DEFAULT, head(200, "grpc-status", "14")))
                .isTrue();
        assertThat(RetryState.coversPerTryTimeout(RetryPolicy.DEFAULT)).isFalse();
    }

    @Test
    void overflowIsNeverTriedAgain() {
        assertThat(RetryState.covers(on(Condition.FIVE_XX, Condition.RESET), StreamReset.OVERFLOW, false))
                .isFalse();
    }

    @Test
    void resetBeforeRequestNeedsThatNothingWasSent() {
        RetryPolicy policy = on(Condition.RESET_BEFORE_REQUEST);
        assertThat(RetryState.covers(policy, StreamReset.CONNECTION_TERMINATION, false))
                .isTrue();
        assertThat(RetryState.covers(policy, StreamReset.CONNECTION_TERMINATION, true))
                .isFalse();
    }

    @Test
    void statusesAreCoveredAsTheirWordsSay() {
        assertThat(RetryState.covers(on(Condition.FIVE_XX), head(500))).isTrue();
        assertThat(RetryState.covers(on(Condition.GATEWAY_ERROR), head(500))).isFalse();
        assertThat(RetryState.covers(on(Condition.GATEWAY_ERROR), head(504))).isTrue();
        assertThat(RetryState.covers(on(Condition.RETRIABLE_4XX), head(409))).isTrue();
        assertThat(RetryState.covers(on(Condition.RETRIABLE_4XX), head(404))).isFalse();
        assertThat(RetryState.covers(on(Condition.RETRIABLE_STATUS_CODES), head(429)))
                .isTrue();
        assertThat(RetryState.covers(on(Condition.FIVE_XX), head(503, "x-envoy-ratelimited", "true")))
                .isFalse();
        assertThat(RetryState.covers(on(Condition.ENVOY_RATELIMITED), head(429, "x-envoy-ratelimited", "true")))
                .isTrue();
    }

    /** Each word of retryOn alone, and all answers and resets: what it covers, and nothing else. */
    @ParameterizedTest
    @EnumSource
    void eachConditionCoversWhatItsWordSays(Condition condition) {
        RetryPolicy policy = new RetryPolicy(
                1, 0, Set.of(condition), Set.of(200, 418), 25, true, false, false, Set.of("x-try-again"));
        Set<String> covered = new TreeSet<>();
        for (int status : new int[] {200, 409, 418, 429, 500, 502, 503, 504, 505}) {
            if (RetryState.covers(policy, head(status))) {
                covered.add(Integer.toString(status));
            }
        }
        for (int status = 0; status <= 16; status++) {
            if (RetryState.covers(policy, head(204, "grpc-status", Integer.toString(status)))) {
                covered.add("grpc " + status);
            }
        }
        if (RetryState.covers(policy, head(204, "x-envoy-ratelimited", "true"))) {
            covered.add("limited");
        }
        if (RetryState.covers(policy, head(204, "x-try-again", ""))) {
            covered.add("field");
        }
        for (StreamReset reset : StreamReset.values()) {
            if (RetryState.covers(policy, reset, true)) {
                covered.add(reset.name());
            } else if (RetryState.covers(policy, reset, false)) {
                covered.add(reset.name() + " unsent");
            }
        }
        if (RetryState.coversPerTryTimeout(policy)) {
            covered.add("slow try");
        }
        String anyReset =
                "CONNECTION_TERMINATION CONNECT_FAILURE CONNECT_TIMEOUT PROTOCOL_ERROR REMOTE_REFUSED REMOTE_RESET"
                        + " slow try";
        assertThat(String.join(" ", covered))
                .isEqualTo(
                        switch (condition) {
                            case FIVE_XX -> "500 502 503 504 505 " + anyReset;
                            case GATEWAY_ERROR -> "502 503 504 " + anyReset;
                            case RESET -> anyReset;
                            case RESET_BEFORE_REQUEST ->
                                "CONNECTION_TERMINATION unsent PROTOCOL_ERROR unsent REMOTE_RESET unsent";
                            case CONNECT_FAILURE -> "CONNECT_FAILURE CONNECT_TIMEOUT";
                            case ENVOY_RATELIMITED -> "limited";
                            case RETRIABLE_4XX -> "409";
                            case REFUSED_STREAM -> "REMOTE_REFUSED";
                            case RETRIABLE_STATUS_CODES -> "200 418";
                            case RETRIABLE_HEADERS -> "field";
                            case HTTP3_POST_CONNECT_FAILURE -> "";
                            case GRPC_CANCELLED -> "grpc 1";
                            case GRPC_DEADLINE_EXCEEDED -> "grpc 4";
                            case GRPC_INTERNAL -> "grpc 13";
                            case GRPC_RESOURCE_EXHAUSTED -> "grpc 8";
                            case GRPC_UNAVAILABLE -> "grpc 14";
                        });
    }
}
