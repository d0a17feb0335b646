package weft.routing.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcStatusTest {
    @ParameterizedTest
    @CsvSource({"0, 0, 200", "1, 1, 499", "14, 14, 503", "16, 16, 401", "07, 7, 403", "17, 17, 500", "99, 99, 500"})
    void numberIsReadAndHasItsHttpStatus(String field, int number, int httpStatus) {
        assertThat(GrpcStatus.number(field)).isEqualTo(number);
        assertThat(GrpcStatus.httpStatus(field)).isEqualTo(httpStatus);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1a", "zz", "/0", "014", "4294967296", "\u0661"})
    void anythingElseIsNoNumber(String field) {
        assertThat(GrpcStatus.number(field)).isNegative();
        assertThat(GrpcStatus.httpStatus(field)).isEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource(
            value = {"null"},
            nullValues = "null")
    void responseWithoutTheFieldIsFine(String field) {
        assertThat(GrpcStatus.httpStatus(field)).isEqualTo(200);
    }
}
