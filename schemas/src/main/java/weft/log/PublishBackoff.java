package weft.log;

import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.errors.InterruptException;

/** The growing, jittered pause between attempts to publish: two publishers that fence each other fall out of step. */
final class PublishBackoff {
    private static final long MIN_MILLIS = 20;
    private static final long MAX_MILLIS = 500;

    private long millis = MIN_MILLIS;

    /** @throws InterruptException when the thread is interrupted, which it stays */
    void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
        millis = Math.min(millis * 2, MAX_MILLIS);
    }
}
