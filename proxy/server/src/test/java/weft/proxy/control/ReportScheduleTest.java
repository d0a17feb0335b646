package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReportScheduleTest {
    private final ReportSchedule schedule = new ReportSchedule(0);

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Lets time pass in steps of a millisecond and notes when reports go out. */
    private List<Long> sentBetween(long fromMillis, long toMillis, long changeEveryMillis, long changesUntilMillis) {
        List<Long> sent = new ArrayList<>();
        for (long now = fromMillis; now < toMillis; now++) {
            if (now <= changesUntilMillis && (now - fromMillis) % changeEveryMillis == 0) {
                schedule.changed(millis(now));
            }
            if (schedule.remainingNanos(millis(now)) <= 0) {
                schedule.sending(millis(now));
                sent.add(now);
            }
        }
        return sent;
    }

    @Test
    void aLoneChangeGoesOutAtOnce() {
        schedule.sending(0);
        assertThat(sentBetween(1_000, 2_000, 10_000, 1_000)).containsExactly(1_000L);
    }

    @Test
    void aBurstReportsItsFirstItsLastAndOneASecondBetween() {
        schedule.sending(0);
        List<Long> sent = sentBetween(1_000, 5_000, 10, 3_500);
        assertThat(sent.get(0)).isEqualTo(1_000);
        assertThat(sent.get(sent.size() - 1)).isEqualTo(3_520);
        assertThat(sent).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void silenceIsBrokenEveryTenSeconds() {
        schedule.sending(0);
        assertThat(sentBetween(1, 30_500, 100_000, 0)).containsExactly(10_000L, 20_000L, 30_000L);
    }

    @Test
    void whatFailedIsTriedAgain() {
        schedule.sending(0);
        schedule.failed(millis(4_000));
        assertThat(sentBetween(4_001, 6_000, 100_000, 0)).containsExactly(5_000L);
    }
}
