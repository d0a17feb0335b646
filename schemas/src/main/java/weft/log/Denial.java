package weft.log;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * That Kafka did not let a client in, or kept it from something. Immutable.
 *
 * @param topics that it may not use, as far as they are known
 * @param reason Kafka's own, or that of TLS
 */
public record Denial(Kind kind, Set<String> topics, String reason) {
    /** What a client was kept from. */
    public enum Kind {
        /** The cluster does not know the client, or the client does not trust the cluster. */
        CONNECTION,
        TOPIC,
        GROUP,
        TRANSACTIONAL_ID,
        CLUSTER
    }

    public Denial {
        topics = Set.copyOf(topics);
    }

    /** What a failure comes down to; null when it is no denial. */
    public static @Nullable Denial of(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuthenticationException) {
                return new Denial(Kind.CONNECTION, Set.of(), root(cause));
            }
            if (cause instanceof AuthorizationException) {
                return new Denial(
                        kind(cause),
                        cause instanceof TopicAuthorizationException topic ? topic.unauthorizedTopics() : Set.of(),
                        root(cause));
            }
        }
        return null;
    }

    private static Kind kind(Throwable cause) {
        return cause instanceof TopicAuthorizationException
                ? Kind.TOPIC
                : cause instanceof GroupAuthorizationException
                        ? Kind.GROUP
                        : cause instanceof TransactionalIdAuthorizationException ? Kind.TRANSACTIONAL_ID : Kind.CLUSTER;
    }

    private static String root(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    /** For people, on one line: what is denied, and to whom as far as the client can tell. */
    public String words(Map<String, Object> kafka) {
        return words(kafka, what());
    }

    /** @param what is denied, by whoever knows it better */
    public String words(Map<String, Object> kafka, String what) {
        String who = ClientPrincipal.of(kafka);
        String at = "Kafka at " + KafkaClients.bootstrapServers(kafka);
        if (kind == Kind.CONNECTION) {
            return at + " and this client" + (who.isEmpty() ? "" : " (" + who + ")") + " do not trust each other: "
                    + reason;
        }
        return at + " denies " + (who.isEmpty() ? "this client" : who) + " " + what;
    }

    private String what() {
        return switch (kind) {
            case TOPIC -> topics.isEmpty() ? "a topic" : "topic " + String.join(", ", new TreeSet<>(topics));
            case GROUP -> "its consumer group";
            case TRANSACTIONAL_ID -> "its transactional id";
            case CLUSTER, CONNECTION -> "an operation on the cluster";
        };
    }
}
