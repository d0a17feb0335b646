package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import weft.routing.route.RetryPolicy;
import weft.schema.HTTPRetry;

/** What retries of a rule come to. */
class RetriesTest {
    private static HTTPRetry.Builder twice() {
        return HTTPRetry.newBuilder().setAttempts(2);
    }

    @Test
    void triesStayOnAHashWhereOneDestinationIsAllThereIsAndNothingElseIsSaid() {
        assertThat(Retries.compile(null, true).staysOnHash()).isTrue();
        assertThat(Retries.compile(twice().build(), true).staysOnHash()).isTrue();
        assertThat(Retries.compile(null, false).staysOnHash()).isFalse();
        assertThat(Retries.compile(twice().build(), false).staysOnHash()).isFalse();
        RetryPolicy stated =
                Retries.compile(twice().setRetryIgnorePreviousHosts(true).build(), true);
        assertThat(stated.staysOnHash()).isFalse();
        assertThat(stated.ignorePreviousHosts()).isTrue();
    }

    @Test
    void whatHoldsWithoutARuleIsTheDefaultForAnyNumberOfDestinations() {
        assertThat(Retries.compile(null, true).isDefault()).isTrue();
        assertThat(Retries.compile(null, false).isDefault()).isTrue();
        assertThat(Retries.compile(twice().setBackoff(1L).build(), true).isDefault())
                .isFalse();
    }
}
