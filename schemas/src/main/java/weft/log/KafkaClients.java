package weft.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;

/** How every part of the mesh makes Kafka clients and reads their failures. Thread-safe. */
public final class KafkaClients {
    /** A consumer without a group has nothing to hand back, and would wait in vain for its long poll to end. */
    private static final Duration CLOSE_TIMEOUT = Duration.ZERO;

    /**
     * Kafka waits 10 to 30 s for a broker whose packets are lost before it tries the next: as long as people wait for a
     * whole command. And it goes to brokers that are gone each second, with every client of a proxy, for as long as they
     * are gone. A file of client properties may say otherwise.
     */
    private static final Map<String, Object> DEFAULTS = Map.of(
            CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 2_000L,
            CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 10_000L,
            CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 3_000L);

    /** One broker may be silent for this long, and is then asked again, or another is. */
    private static final int REQUEST_TIMEOUT_MAX_MILLIS = 5_000;

    private static final int REQUEST_TIMEOUT_MIN_MILLIS = 1_000;

    private KafkaClients() {}

    /** The address people know the cluster by. */
    public static String bootstrapServers(Map<String, Object> kafka) {
        return String.valueOf(kafka.get("bootstrap.servers"));
    }

    /** {@code kafka} with these properties on top; what the mesh relies on wins over what a file says. */
    public static Map<String, Object> with(Map<String, Object> kafka, Map<String, Object> required) {
        Map<String, Object> merged = new HashMap<>(DEFAULTS);
        merged.putAll(kafka);
        merged.putAll(required);
        return merged;
    }

    /** How long one broker may keep a call waiting that may take {@code timeout}: there are others to ask. */
    public static int requestTimeoutMillis(Duration timeout) {
        int millis = (int) timeout.toMillis();
        return Math.min(millis, Math.min(REQUEST_TIMEOUT_MAX_MILLIS, Math.max(REQUEST_TIMEOUT_MIN_MILLIS, millis / 2)));
    }

    /**
     * An admin client whose calls give up after {@code timeout}.
     *
     * @throws KafkaUnreachableException when no address of the bootstrap list can be resolved
     */
    public static Admin admin(Map<String, Object> kafka, Duration timeout) {
        int millis = (int) timeout.toMillis();
        try {
            return Admin.create(with(
                    kafka,
                    Map.of(
                            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                            millis,
                            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            requestTimeoutMillis(timeout),
                            AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG,
                            false)));
        } catch (KafkaException e) {
            throw asUnreachable(kafka, timeout, e);
        }
    }

    /** Closes without waiting for a fetch under way. */
    public static void close(KafkaConsumer<?, ?> consumer) {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }

    /**
     * The result of an admin call.
     *
     * @throws KafkaUnreachableException when no broker answered in time
     * @throws KafkaException when one answered with an error
     */
    public static <T> T await(KafkaFuture<T> future, Map<String, Object> kafka, Duration timeout) {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new KafkaUnreachableException(bootstrapServers(kafka), timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        } catch (ExecutionException e) {
            throw asUnreachable(kafka, timeout, e.getCause());
        }
    }

    /** As {@link #await}; a denial then names the topic, which admin calls leave out. */
    public static <T> T awaitOf(String topic, KafkaFuture<T> future, Map<String, Object> kafka, Duration timeout) {
        try {
            return await(future, kafka, timeout);
        } catch (TopicAuthorizationException e) {
            throw new TopicAuthorizationException(Set.of(topic));
        }
    }

    /** A timeout as {@link KafkaUnreachableException}, anything else as itself. */
    static RuntimeException asUnreachable(Map<String, Object> kafka, Duration timeout, @Nullable Throwable cause) {
        boolean unresolvable = cause instanceof ConfigException
                || (cause instanceof KafkaException && cause.getCause() instanceof ConfigException);
        if (unresolvable && cause != null && rootMessage(cause).contains("bootstrap")) {
            return new KafkaUnreachableException(bootstrapServers(kafka), timeout, cause);
        }
        if (cause instanceof org.apache.kafka.common.errors.TimeoutException
                || cause instanceof org.apache.kafka.common.errors.DisconnectException) {
            return new KafkaUnreachableException(bootstrapServers(kafka), timeout, cause);
        }
        return cause instanceof RuntimeException e ? e : new KafkaException(cause);
    }

    private static String rootMessage(Throwable error) {
        Throwable cause = error.getCause();
        return cause == null ? String.valueOf(error.getMessage()) : rootMessage(cause);
    }

    static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
