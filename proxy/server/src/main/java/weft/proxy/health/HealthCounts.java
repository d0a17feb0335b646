package weft.proxy.health;

import java.util.concurrent.atomic.LongAdder;

/** What the endpoints of one cluster answered to probes. Thread-safe. */
final class HealthCounts {
    private final LongAdder successes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder networkFailures = new LongAdder();

    void count(ProbeResult result) {
        switch (result.kind()) {
            case PASSED -> successes.increment();
            case REFUSED -> failures.increment();
            case NETWORK_FAILURE -> {
                failures.increment();
                networkFailures.increment();
            }
        }
    }

    long successes() {
        return successes.sum();
    }

    /** Network failures among them. */
    long failures() {
        return failures.sum();
    }

    long networkFailures() {
        return networkFailures.sum();
    }
}
