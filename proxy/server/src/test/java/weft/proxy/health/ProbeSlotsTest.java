package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many probes one event loop has under way. */
class ProbeSlotsTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ProbeSlots slots = new ProbeSlots(tasks::add);
    private final List<Integer> begun = new ArrayList<>();

    @Test
    void surplusProbesWaitInOrder() {
        for (int i = 0; i < ProbeSlots.MAX_PROBES + 2; i++) {
            int number = i;
            slots.acquire(() -> begun.add(number));
        }
        assertThat(begun).hasSize(ProbeSlots.MAX_PROBES);
        slots.release();
        tasks.remove().run();
        assertThat(begun).hasSize(ProbeSlots.MAX_PROBES + 1).last().isEqualTo(ProbeSlots.MAX_PROBES);
        slots.release();
        tasks.remove().run();
        slots.release();
        assertThat(tasks).isEmpty();
        slots.acquire(() -> begun.add(-1));
        assertThat(begun).last().isEqualTo(-1);
    }
}
