package weft.log;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Tells the program's log once when Kafka begins to deny something, and once when it no longer does; an attempt that goes on failing is not
 * news. Thread-safe.
 */
public final class DenialNotice {
    private final Logger log;
    private final String purpose;
    private final Map<String, Object> kafka;
    private final AtomicReference<@Nullable String> told = new AtomicReference<>();

    /** @param purpose what was attempted, as "report status" */
    public DenialNotice(Logger log, String purpose, Map<String, Object> kafka) {
        this.log = log;
        this.purpose = purpose;
        this.kafka = Map.copyOf(kafka);
    }

    /** Whether a failure is a denial. */
    public boolean failed(Throwable failure) {
        Denial denial = Denial.of(failure);
        if (denial == null) {
            return false;
        }
        String words = denial.words(kafka);
        if (!words.equals(told.getAndSet(words))) {
            log.warn("cannot {} error=\"{}\"", purpose, words);
        }
        return true;
    }

    /** What was denied is possible now. */
    public void succeeded() {
        if (told.get() != null && told.getAndSet(null) != null) {
            log.info("can {} again", purpose);
        }
    }
}
