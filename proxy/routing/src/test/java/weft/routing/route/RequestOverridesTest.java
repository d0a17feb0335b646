package weft.routing.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weft.routing.http.Headers;
import weft.routing.route.RetryPolicy.Condition;

/** Envoy's fields on a request: who may ask for what, and what becomes of the fields. */
class RequestOverridesTest {
    private static final RetryPolicy ROUTE =
            new RetryPolicy(2, 300, Set.of(Condition.CONNECT_FAILURE), Set.of(429), 25, true);

    private static Headers from(String address, String... fields) {
        Headers headers = new Headers();
        if (!address.isEmpty()) {
            headers.add("x-forwarded-for", address);
        }
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        return headers;
    }

    private static RequestOverrides asked(String... fields) {
        return RequestOverrides.take(from("10.1.2.3", fields), ROUTE, 1_000);
    }

    @Test
    void requestWithoutEnvoysFieldsIsNotLookedAtTwice() {
        assertThat(RequestOverrides.arePossible(from("10.1.2.3", "x-env", "1", "accept", "x-envoy-retry-on")))
                .isFalse();
        assertThat(RequestOverrides.arePossible(from("", "accept", "a", "x-envoy-retry-on", "5xx")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "::1", "fd00::7"})
    void callerInsideTheMeshIsObeyed(String address) {
        Headers headers = from(address, "x-envoy-upstream-rq-timeout-ms", "77", "x-envoy-max-retries", "9");
        RequestOverrides asked = RequestOverrides.take(headers, ROUTE, 1_000);
        assertThat(asked.timeoutMillis()).isEqualTo(77);
        assertThat(asked.retries().attempts()).isEqualTo(9);
        assertThat(headers.size()).as("only the address stays").isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "8.8.8.8",
                "172.32.0.1",
                "10.0.0.1, 10.0.0.2",
                "10.0.0",
                "10.0.0.256",
                "2001:db8::1",
                "fd00::7, ::1",
                "localhost"
            })
    void othersAreNotButTheirFieldsGo(String address) {
        Headers headers = from(address, "x-envoy-retry-on", "5xx", "x-envoy-max-retries", "9", "x-envoy-other", "1");
        RequestOverrides asked = RequestOverrides.take(headers, ROUTE, 1_000);
        assertThat(asked).isEqualTo(new RequestOverrides(ROUTE, 1_000));
        assertThat(headers.contains("x-envoy-retry-on") || headers.contains("x-envoy-max-retries"))
                .isFalse();
        assertThat(headers.contains("x-envoy-other")).isTrue();
    }

    @Test
    void conditionsCodesAndNamesAddToTheRoutes() {
        RetryPolicy retries = asked(
                        "x-envoy-retry-on", "5xx, retriable-headers,nonsense",
                        "x-envoy-retry-grpc-on", "unavailable",
                        "x-envoy-retriable-status-codes", "404,x,409",
                        "x-envoy-retriable-header-names", "X-Try-Again")
                .retries();
        assertThat(retries.conditions())
                .containsExactlyInAnyOrder(
                        Condition.CONNECT_FAILURE,
                        Condition.FIVE_XX,
                        Condition.RETRIABLE_HEADERS,
                        Condition.GRPC_UNAVAILABLE);
        assertThat(retries.statusCodes()).containsExactlyInAnyOrder(429, 404, 409);
        assertThat(retries.retriableHeaders()).containsExactly("x-try-again");
        assertThat(retries.attempts()).isEqualTo(2);
    }

    @Test
    void numberOfRetriesNeedsConditionsAndConditionsBringOneRetry() {
        assertThat(RequestOverrides.take(from("10.0.0.1", "x-envoy-max-retries", "9"), RetryPolicy.NONE, 0)
                        .retries()
                        .attempts())
                .isZero();
        assertThat(RequestOverrides.take(from("10.0.0.1", "x-envoy-retry-on", "reset"), RetryPolicy.NONE, 0)
                        .retries()
                        .attempts())
                .isOne();
        assertThat(asked("x-envoy-max-retries", "0").retries().attempts()).isZero();
    }

    @Test
    void tryMayNotTakeLongerThanAllTries() {
        assertThat(asked("x-envoy-upstream-rq-per-try-timeout-ms", "400")
                        .retries()
                        .perTryTimeoutMillis())
                .isEqualTo(400);
        assertThat(asked("x-envoy-upstream-rq-timeout-ms", "200").retries().perTryTimeoutMillis())
                .isZero();
        assertThat(asked("x-envoy-upstream-rq-timeout-ms", "0").timeoutMillis()).isZero();
        assertThat(asked("x-envoy-upstream-rq-timeout-ms", "soon").timeoutMillis())
                .isEqualTo(1_000);
    }
}
