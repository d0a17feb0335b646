package weft.log;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * How long whoever reads a topic to its end goes on: as long as the position moves. Records of a transaction that was
 * aborted move it without being handed out, and a reader that takes its time over each record is none that waits in
 * vain. Confined to one thread.
 */
public final class ReadPatience {
    private final String topic;
    private final Duration patience;
    private final LongSupplier nanoTime;
    private long lastPosition = -1;
    private long deadline;

    /** @param patience how long the position may stay where it is */
    public ReadPatience(String topic, Duration patience) {
        this(topic, patience, System::nanoTime);
    }

    ReadPatience(String topic, Duration patience, LongSupplier nanoTime) {
        this.topic = topic;
        this.patience = patience;
        this.nanoTime = nanoTime;
        this.deadline = nanoTime.getAsLong() + patience.toNanos();
    }

    /**
     * To be asked before each poll.
     *
     * @param position of the next record to be read; of several partitions the sum
     * @param end where reading ends
     * @return whether there is more to read
     * @throws TimeoutException when the position did not move for too long
     */
    public boolean hasMore(long position, long end) {
        if (position >= end) {
            return false;
        }
        long now = nanoTime.getAsLong();
        if (position != lastPosition) {
            lastPosition = position;
            deadline = now + patience.toNanos();
        } else if (deadline - now < 0) {
            throw new TimeoutException(topic + " could not be read to its end: nothing came for "
                    + KafkaClients.seconds(patience) + " at offset " + position + " of " + end);
        }
        return true;
    }
}
