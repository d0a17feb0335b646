package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.schema.HealthReport;

/** Who holds a key, by the order and the times of the log. */
class HealthClaimsTest {
    private final HealthClaims claims = new HealthClaims();

    private boolean report(String proxy, long atMillis, long leaseMillis) {
        HealthReport report = HealthReport.newBuilder()
                .setEndpoint("10.0.0.1:80")
                .setProxyId(proxy)
                .setHealthy(true)
                .setLeaseMillis(leaseMillis)
                .build();
        return claims.record("k", report, atMillis, (atMillis + leaseMillis) * 1_000_000);
    }

    private @Nullable String holderAt(long millis) {
        HealthClaims.Claim claim = claims.live("k", millis * 1_000_000);
        return claim == null ? null : Objects.requireNonNull(claim).holder();
    }

    @Test
    void theFirstHoldsAsLongAsItRenews() {
        assertThat(report("a", 1_000, 100)).isTrue();
        assertThat(report("b", 1_001, 100)).isFalse();
        assertThat(holderAt(1_050)).isEqualTo("a");
        assertThat(report("a", 1_090, 100)).isTrue();
        assertThat(report("b", 1_150, 100)).isFalse();
        assertThat(holderAt(1_189)).isEqualTo("a");
        assertThat(holderAt(1_190)).isNull();
    }

    @Test
    void anEndedLeaseAndALeavingHolderMakeRoom() {
        assertThat(report("a", 1_000, 100)).isTrue();
        assertThat(report("b", 1_100, 100)).isTrue();
        assertThat(holderAt(1_150)).isEqualTo("b");
        assertThat(report("b", 1_150, 0)).isTrue();
        assertThat(holderAt(1_150)).isNull();
        assertThat(report("a", 1_150, 100)).isTrue();
        assertThat(claims.record("k", null, 1_160, 0)).isTrue();
        assertThat(holderAt(1_161)).isNull();
    }
}
