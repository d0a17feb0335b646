package weft.log;

import java.util.Collections;
import java.util.Map;

/**
 * The state of the rules topic at one commit, in raw bytes: enough to serve without Kafka and to go on reading from
 * there. Immutable as long as its map is not written to.
 *
 * @param clusterId cluster the log was read from
 * @param topicId incarnation of the topic: a topic created anew under the old name has another
 * @param leaderEpoch of the commit record, -1 when unknown
 * @param commitOffset offset of the commit record; reading goes on behind it
 * @param commit encoded commit record
 * @param savedAtMillis milliseconds since 1970
 */
public record SavedRules(
        String clusterId,
        String topicId,
        int leaderEpoch,
        long commitOffset,
        byte[] commit,
        long savedAtMillis,
        Map<String, Value> values) {

    /** One live value and its offset. */
    public record Value(byte[] bytes, long offset) {}

    public SavedRules {
        values = Collections.unmodifiableMap(values);
    }
}
