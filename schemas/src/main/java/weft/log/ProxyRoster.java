package weft.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.schema.ProxyStatus;
import weft.schema.Verdict;

/**
 * Who serves the mesh, as the proxies themselves report. Confined to the calling thread.
 *
 * <p>A proxy counts as live until its lease runs out by this machine's clock, or it says that it leaves.
 */
public final class ProxyRoster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyRoster.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> kafka;
    private final String topic;
    private final RecordDecoder decoder;
    private final Duration timeout;
    private final InstantSource clock;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, ProxyStatus> statuses = new TreeMap<>();

    private ProxyRoster(
            Map<String, Object> kafka,
            String topic,
            RecordDecoder decoder,
            Duration timeout,
            InstantSource clock,
            KafkaConsumer<byte[], byte[]> consumer) {
        this.kafka = Map.copyOf(kafka);
        this.topic = topic;
        this.decoder = decoder;
        this.timeout = timeout;
        this.clock = clock;
        this.consumer = consumer;
    }

    /**
     * Reads what proxies have reported so far.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     * @throws RuleLogException when the topic does not exist
     */
    public static ProxyRoster open(Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration timeout) {
        return open(kafka, names, codec, timeout, InstantSource.system());
    }

    static ProxyRoster open(
            Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration timeout, InstantSource clock) {
        RecordDecoder decoder = new RecordDecoder(codec, new SchemaLog(kafka, names, codec, timeout));
        Map<String, Object> config = KafkaClients.with(
                kafka,
                Map.of(
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) timeout.toMillis(),
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        KafkaClients.requestTimeoutMillis(timeout),
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        try {
            ProxyRoster roster = new ProxyRoster(
                    kafka,
                    names.proxies(),
                    decoder,
                    timeout,
                    clock,
                    new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
            try {
                roster.catchUp();
                return roster;
            } catch (RuntimeException e) {
                roster.close();
                throw e;
            }
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    private void catchUp() {
        List<PartitionInfo> found;
        try {
            found = consumer.partitionsFor(topic, timeout);
        } catch (UnknownTopicOrPartitionException e) {
            found = List.of();
        }
        if (found.isEmpty()) {
            throw new RuleLogException("topic " + topic + " does not exist: no mesh lives at "
                    + KafkaClients.bootstrapServers(kafka) + " under this prefix yet");
        }
        List<TopicPartition> partitions = found.stream()
                .map(p -> new TopicPartition(topic, p.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        refresh();
    }

    /**
     * Reads to where the topic ends now.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    public void refresh() {
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment(), timeout);
            long end = ends.values().stream().mapToLong(Long::longValue).sum();
            ReadPatience patience = new ReadPatience(topic, timeout);
            while (patience.hasMore(position(ends), end)) {
                poll(POLL);
            }
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    /** What was read of the ends' partitions; further records of one make up for none of another. */
    private long position(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .mapToLong(e -> Math.min(consumer.position(e.getKey(), timeout), e.getValue()))
                .sum();
    }

    /** Takes in what is reported within {@code wait}; the statuses that are new. */
    public List<ProxyStatus> poll(Duration wait) {
        List<ProxyStatus> fresh = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(wait)) {
            if (each.key() == null) {
                continue;
            }
            String id = new String(each.key(), StandardCharsets.UTF_8);
            if (each.value() == null) {
                statuses.remove(id);
                continue;
            }
            try {
                ProxyStatus status = decoder.decode(each.value(), ProxyStatus.class);
                statuses.put(id, status);
                fresh.add(status);
            } catch (WireException e) {
                LOG.warn("proxy status ignored proxy={} offset={} error={}", id, each.offset(), e.getMessage());
            }
        }
        return fresh;
    }

    /** Every proxy that ever reported and was not forgotten since, by id. */
    public List<ProxyStatus> all() {
        return List.copyOf(statuses.values());
    }

    /** Proxies whose lease has not run out, by id. */
    public List<ProxyStatus> live() {
        return statuses.values().stream().filter(this::isLive).toList();
    }

    /** Whether the lease of this proxy has not run out and it did not say that it leaves. */
    public boolean isLive(ProxyStatus status) {
        return status.getVerdict() != Verdict.LEFT
                && clock.millis() <= status.getReportedAt() + status.getLeaseMillis();
    }

    /**
     * Waits until every live proxy has said what became of a revision.
     *
     * @param listener told how it stands, at first and whenever that changes, on the calling thread
     * @return what each proxy said, at the latest after {@code wait}
     * @throws KafkaUnreachableException when Kafka is lost meanwhile in a way that does not mend itself
     */
    public ApplyReport awaitApplied(long revision, Duration wait, Consumer<ApplyReport> listener) {
        return awaitApplied(revision, -1, wait, listener);
    }

    /**
     * As above; a proxy where the bundle does not count is not waited for.
     *
     * @param commitOffset of the bundle on the rules topic; -1 when it is not known
     */
    public ApplyReport awaitApplied(long revision, long commitOffset, Duration wait, Consumer<ApplyReport> listener) {
        long start = System.nanoTime();
        Map<String, ApplyReport.Answer> answers = new TreeMap<>();
        if (live().size() < expected()) {
            refresh(); // publishing may have taken longer than a lease
        }
        try {
            for (boolean changed = true; ; changed = false) {
                for (ProxyStatus status : live()) {
                    long nanos = System.nanoTime() - start;
                    ApplyReport.Answer answer = ApplyReport.Answer.of(status, revision, commitOffset, nanos);
                    ApplyReport.Answer before = answers.get(status.getProxyId());
                    if (before == null
                            || before.outcome() != answer.outcome()
                            || !Objects.equals(before.skip(), answer.skip())) {
                        answers.put(status.getProxyId(), answer);
                        changed = true;
                    }
                }
                changed |= answers.keySet().removeIf(id -> !isStillLive(id)); // whoever left is not waited for
                ApplyReport report =
                        new ApplyReport(revision, List.copyOf(answers.values()), System.nanoTime() - start);
                if (changed) {
                    listener.accept(report);
                }
                long left = wait.toNanos() - report.nanos();
                if (report.isComplete() || left <= 0) {
                    return report;
                }
                poll(Duration.ofNanos(Math.min(left, POLL.toNanos())));
            }
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    /** Proxies that did not say that they leave, one at least: a mesh without any is looked at once more. */
    private long expected() {
        return Math.max(
                1,
                statuses.values().stream()
                        .filter(s -> s.getVerdict() != Verdict.LEFT)
                        .count());
    }

    private boolean isStillLive(String id) {
        ProxyStatus status = statuses.get(id);
        return status != null && isLive(status);
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }
}
