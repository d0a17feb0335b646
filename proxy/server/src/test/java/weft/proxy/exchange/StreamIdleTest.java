package weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a request counts as one on which nothing moves. */
class StreamIdleTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long moved;
    private int ended;

    private final StreamIdle idle = new StreamIdle(channel.eventLoop(), () -> moved, 1_000, () -> ended++);

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void oneOnWhichNothingMovesIsOverOnceAndNotBeforeItsTime() {
        for (int i = 0; i < 9; i++) {
            pass(100);
        }
        assertThat(ended).isZero();
        for (int i = 0; i < 60; i++) {
            pass(10);
        }
        assertThat(ended).isEqualTo(1);
        for (int i = 0; i < 30; i++) {
            pass(100);
        }
        assertThat(ended).isEqualTo(1);
    }

    @Test
    void oneOnWhichAByteMovesInTimeGoesOn() {
        for (int i = 0; i < 100; i++) {
            moved++;
            pass(490);
            pass(490);
        }
        assertThat(ended).isZero();
        pass(500);
        pass(500);
        pass(500);
        assertThat(ended).isEqualTo(1);
    }

    @Test
    void oneThatIsOverIsWatchedNoMore() {
        idle.stop();
        pass(5_000);
        assertThat(ended).isZero();
        assertThat(channel.runScheduledPendingTasks()).isNegative();
    }
}
