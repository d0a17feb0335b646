package weft.log;

import org.jspecify.annotations.Nullable;

/**
 * One way in which a topic is not as the mesh needs it. Immutable.
 *
 * @param text what differs from what is expected
 * @param setting topic-level config, or {@code replication.factor}, that mends it while everything runs; null when none
 *     does
 * @param value for that config
 * @param advice what a person has to do: always said for what cannot be mended so
 */
public record TopicProblem(
        String topic, String text, @Nullable String setting, String value, String advice) {

    /** Whether altering the setting mends it. */
    public boolean isMendable() {
        return setting != null;
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "topic " + topic + ": " + text + "; " + advice;
    }
}
