package weft.proxy.upstream;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts how often the health of any endpoint of a cluster changed. Thread-safe.
 *
 * <p>Whoever changes a mark counts afterwards; whoever derives something from the marks reads the version before. What was
 * derived under an older version is derived anew.
 */
final class HealthVersion {
    private final AtomicLong version = new AtomicLong();

    long current() {
        return version.get();
    }

    void changed() {
        version.incrementAndGet();
    }
}
