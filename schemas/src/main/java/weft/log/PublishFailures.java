package weft.log;

import java.time.Duration;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** What a failure of Kafka means to a publisher, in words for its user. Immutable. */
record PublishFailures(String bootstrapServers, Duration deadline) {

    /** What trying again would not mend; null for what it may. */
    @Nullable
    RuntimeException fatal(RuntimeException error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (isRefusal(cause) && !(error instanceof KafkaUnreachableException)) {
                return new RuleLogException(
                        "Kafka at " + bootstrapServers + " refused the bundle: " + cause.getMessage(), error);
            }
            if (cause instanceof InterruptException interrupted) {
                return interrupted;
            }
        }
        return null;
    }

    private static boolean isRefusal(Throwable cause) {
        return cause instanceof AuthorizationException
                || cause instanceof AuthenticationException
                || cause instanceof UnsupportedVersionException
                || cause instanceof RecordTooLargeException
                || cause instanceof ConfigException;
    }

    /** No answer came in time, and nothing was written. */
    RuntimeException unreachable(RuntimeException error) {
        return error instanceof KafkaUnreachableException
                ? error
                : new KafkaUnreachableException(bootstrapServers, deadline, error);
    }

    /** The answer to a commit was lost. */
    RuntimeException unknownOutcome(RuntimeException error, String bundleId) {
        return new RuleLogException(
                "the connection to Kafka at " + bootstrapServers + " was lost while bundle " + bundleId
                        + " was committed, and whether it was published is not known: publish it again, what is in place"
                        + " already stays as it is",
                error);
    }
}
