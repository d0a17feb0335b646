package weft.log;

import java.util.Map;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.RuleLogReader.Phase;

/** Where a {@link RuleLogReader} is and what it complains of. Written by the reader's thread, read by any. */
final class ReaderStatus {
    private static final Logger LOG = LoggerFactory.getLogger(RuleLogReader.class);

    private final String topic;
    private volatile Phase phase = Phase.CONNECTING;
    private volatile String detail = "not connected yet";
    private @Nullable String problem;
    private final Map<String, Object> kafka;
    private @Nullable RuntimeException failure;

    ReaderStatus(String topic, Map<String, Object> kafka) {
        this.topic = topic;
        this.kafka = Map.copyOf(kafka);
    }

    Phase phase() {
        return phase;
    }

    String detail() {
        return detail;
    }

    /** Why the log is not followed; null while it is. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Why there is no connection, or why there was none before: until the log is followed; else null. */
    @Nullable
    RuntimeException failure() {
        return failure;
    }

    /** No broker answers, none has the topic, or they deny it; whether it is that they deny it. */
    boolean disconnected(RuntimeException error) {
        Denial denial = Denial.of(error);
        if (denial != null) {
            degraded(denial.words(kafka));
            failure = error;
            return true;
        }
        failure = error;
        boolean isMissing = error instanceof UnknownTopicOrPartitionException;
        String why = isMissing ? "topic " + topic + " does not exist" : String.valueOf(error.getMessage());
        if (!why.equals(detail)) {
            LOG.warn("rules cannot be read topic={} error={}", topic, why);
        }
        phase = Phase.CONNECTING;
        detail = why;
        return false;
    }

    /** Reading goes on towards an offset; what was wrong before still is. */
    void catchingUp(long target) {
        if (problem == null) { // else a denial would be told as something that nobody can act on
            failure = null;
        }
        tell(Phase.CATCHING_UP, "catching up to offset " + target);
    }

    /** The log is followed and trusted again. */
    void live() {
        problem = null;
        failure = null;
        tell(Phase.LIVE, "");
    }

    void degraded(String why) {
        if (!why.equals(problem)) {
            LOG.error("rules are not followed, the last good ones stay in service topic={} error={}", topic, why);
        }
        problem = why;
        failure = null;
        tell(Phase.DEGRADED, why);
    }

    private void tell(Phase next, String words) {
        String wrong = problem;
        phase = wrong != null ? Phase.DEGRADED : next;
        detail = wrong != null ? wrong : words;
    }
}
