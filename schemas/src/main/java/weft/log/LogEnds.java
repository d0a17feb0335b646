package weft.log;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Where the logs ended when they were read, held against where Kafka puts what is written on top. Immutable.
 *
 * <p>To lead keeps others from writing, but not a publisher from reading old things: a broker that led once, and was cut
 * off or stood still, goes on answering with the end it knows. Only a record that enough brokers have tells where the log
 * really ends.
 *
 * @param rules next offset of the rules topic, as far as it was read
 * @param journal next offset of the journal
 */
record LogEnds(long rules, long journal) {
    /** The marker of the last transaction may become visible later than its acknowledgement; a bundle takes more. */
    private static final long MARKER = 1;

    /** Bundles came in between that were not read; the transaction must not be committed. */
    static final class OvertakenException extends KafkaException {
        private static final long serialVersionUID = 1;

        OvertakenException(String log, long read, long written) {
            super("the " + log + " was read to " + read + " and goes on to " + written
                    + ": a broker told an old end of it");
        }
    }

    /**
     * Waits for the brokers; what they refuse is left to the commit to tell.
     *
     * @param rule first record of the bundle
     * @param entry its first one in the journal
     * @throws OvertakenException when they do not follow on what was read
     */
    void requireNothingBetween(Future<RecordMetadata> rule, Future<RecordMetadata> entry) {
        require("rules topic", rules, rule);
        require("journal", journal, entry);
    }

    private static void require(String log, long read, Future<RecordMetadata> sent) {
        try {
            long written = sent.get().offset();
            if (written > read + MARKER) {
                throw new OvertakenException(log, read, written);
            }
        } catch (ExecutionException e) {
            // the commit fails with it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }
}
