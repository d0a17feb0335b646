package weft.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SlowStartTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void weightGrowsInProportionToTimeFromItsMinimum() {
        SlowStart start = new SlowStart(60 * SECOND, 10, 1);
        assertThat(start.factor(0)).isEqualTo(0.1);
        assertThat(start.factor(6 * SECOND)).isEqualTo(0.1, within(1e-9));
        assertThat(start.factor(30 * SECOND)).isEqualTo(0.5, within(1e-9));
        assertThat(start.factor(60 * SECOND)).isEqualTo(1);
        assertThat(start.isWarming(60 * SECOND - 1)).isTrue();
        assertThat(start.isWarming(60 * SECOND)).isFalse();
    }

    @Test
    void aggressionAboveOneGrowsFasterAtFirst() {
        assertThat(new SlowStart(100 * SECOND, 0, 2).factor(25 * SECOND)).isEqualTo(0.5, within(1e-9));
        assertThat(new SlowStart(100 * SECOND, 0, 0.5).factor(50 * SECOND)).isEqualTo(0.25, within(1e-9));
    }
}
