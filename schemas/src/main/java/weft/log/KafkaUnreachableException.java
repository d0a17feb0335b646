package weft.log;

import java.time.Duration;

/** No broker answered in time; the message names the address and what to try. */
public final class KafkaUnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;

    public KafkaUnreachableException(String bootstrapServers, Duration waited, Throwable cause) {
        super(
                "no Kafka broker answered at " + bootstrapServers + " within " + KafkaClients.seconds(waited)
                        + " (is it running, and is this the right address?)",
                cause);
        this.bootstrapServers = bootstrapServers;
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }
}
