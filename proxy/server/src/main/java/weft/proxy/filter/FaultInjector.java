package weft.proxy.filter;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import weft.routing.route.Fault;
import weft.routing.route.Percentage;

/** Draws injected faults, delay and abort independently of each other. Thread-safe: holds no state. */
public final class FaultInjector {
    private FaultInjector() {}

    /** How long to hold the request, 0 for not at all. */
    public static long delayMillis(@Nullable Fault fault, RandomGenerator random) {
        Fault.Delay delay = fault == null ? null : fault.delay();
        return delay != null && isDrawn(delay.percentage(), random) ? delay.delayMillis() : 0;
    }

    /** The answer to give instead of the upstream's, or null. */
    public static Fault.@Nullable Abort abort(@Nullable Fault fault, RandomGenerator random) {
        Fault.Abort abort = fault == null ? null : fault.abort();
        return abort != null && isDrawn(abort.percentage(), random) ? abort : null;
    }

    /** Whether chance falls within a percentage from 0 to 100. */
    public static boolean isDrawn(double percentage, RandomGenerator random) {
        return Percentage.includes(percentage, random.nextInt() & Integer.MAX_VALUE);
    }
}
