package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.control.SaveSchedule.LATEST_NANOS;
import static weft.proxy.control.SaveSchedule.QUIET_NANOS;
import static weft.proxy.control.SaveSchedule.RETRY_NANOS;

import org.junit.jupiter.api.Test;

class SaveScheduleTest {
    /** Clocks of this sort may be anywhere, also about to overflow. */
    private static final long BEGIN = Long.MAX_VALUE - QUIET_NANOS;

    private final SaveSchedule schedule = new SaveSchedule();

    @Test
    void whatNeverChangedIsNotWritten() {
        assertThat(schedule.isDue(BEGIN)).isFalse();
        assertThat(schedule.isUnsaved()).isFalse();
    }

    @Test
    void aChangeIsWrittenOnceItIsQuiet() {
        schedule.changed(BEGIN);
        assertThat(schedule.isDue(BEGIN + QUIET_NANOS - 1)).isFalse();
        assertThat(schedule.isDue(BEGIN + QUIET_NANOS)).isTrue();
        schedule.saved();
        assertThat(schedule.isDue(BEGIN + QUIET_NANOS)).isFalse();
    }

    @Test
    void endlessChangesAreWrittenAllTheSame() {
        for (long passed = 0; passed < LATEST_NANOS; passed += QUIET_NANOS / 2) {
            schedule.changed(BEGIN + passed);
            assertThat(schedule.isDue(BEGIN + passed)).isFalse();
        }
        assertThat(schedule.isDue(BEGIN + LATEST_NANOS)).isTrue();
    }

    @Test
    void whatCouldNotBeWrittenIsTriedAgain() {
        schedule.changed(BEGIN);
        schedule.failed(BEGIN + QUIET_NANOS);
        assertThat(schedule.isUnsaved()).isTrue();
        assertThat(schedule.isDue(BEGIN + QUIET_NANOS + RETRY_NANOS - 1)).isFalse();
        assertThat(schedule.isDue(BEGIN + QUIET_NANOS + RETRY_NANOS)).isTrue();
    }
}
