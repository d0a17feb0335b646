package weft.local.chaos;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.jspecify.annotations.Nullable;
import weft.log.TopicNames;

/**
 * Ends the process at a step of a transaction, from within Kafka's producer: as its interceptor it knows each record that
 * is sent and acknowledged, as its reporter of metrics it sees requests go out. Thread-safe.
 */
public final class MortalClient
        implements ProducerInterceptor<byte[], byte[]>, ConsumerInterceptor<byte[], byte[]>, MetricsReporter {
    /** Client properties that put it in place; of all clients that get them only the one with a transaction is mortal. */
    static final Map<String, Object> PROPERTIES = Map.of(
            "interceptor.classes", MortalClient.class.getName(), "metric.reporters", MortalClient.class.getName());

    private static final String JOURNAL = TopicNames.DEFAULT.journal();
    /* Written by the publishing thread before a bundle; read by that thread and the producer's own. */
    private static volatile @Nullable DeathStep step;
    /* The transactional producer's, by Kafka's threads. */
    private static volatile @Nullable KafkaMetric requests;

    private final Semaphore acknowledged = new Semaphore(0);
    private boolean isTransactional;
    private int sent;
    private int awaited;
    private volatile boolean isJournalSent;

    /** The next bundle is the last. */
    static void dieAt(DeathStep when) {
        step = when;
    }

    static void passed(DeathStep when) {
        if (step == when) {
            die();
        }
    }

    private static void die() {
        Runtime.getRuntime().halt(137); // no hook runs, nothing is closed: as after kill -9
    }

    @Override
    public void configure(Map<String, ?> configs) {
        isTransactional = configs.get("transactional.id") != null;
    }

    @Override
    public synchronized ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
        if (isTransactional && step != null) {
            if (sent == 1 && step == DeathStep.AFTER_FIRST_RECORD) {
                awaitFirst();
                die();
            }
            sent++;
            isJournalSent = record.topic().equals(JOURNAL); // the last of a small bundle
        }
        return record;
    }

    private void awaitFirst() {
        acknowledged.acquireUninterruptibly();
    }

    /** On the producer's own thread, which asks for the end of the transaction only after the last of these. */
    @Override
    public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception error) {
        if (!isTransactional || step == null || error != null) {
            return;
        }
        acknowledged.release();
        awaited++;
        if (!isJournalSent || awaited < sentSoFar()) {
            return;
        }
        passed(DeathStep.BEFORE_COMMIT);
        if (step == DeathStep.IN_COMMIT) {
            double before = requestsSent();
            Thread watch = new Thread(
                    () -> {
                        while (requestsSent() <= before) {
                            Thread.onSpinWait();
                        }
                        die();
                    },
                    "death");
            watch.start();
        }
    }

    private int sentSoFar() {
        return sent; // nothing is sent any more once the journal's record was
    }

    private static double requestsSent() {
        KafkaMetric metric = requests;
        return metric == null ? 0 : (Double) metric.metricValue();
    }

    @Override
    public void metricChange(KafkaMetric metric) {
        boolean isRequests = metric.metricName().name().equals("request-total")
                && metric.metricName().group().equals("producer-metrics");
        if (isTransactional && isRequests) {
            requests = metric;
        }
    }

    @Override
    public void init(List<KafkaMetric> metrics) {
        metrics.forEach(this::metricChange);
    }

    @Override
    public void metricRemoval(KafkaMetric metric) {
        // the last one counts
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        // consumers live on
    }

    @Override
    public void close() {
        // holds nothing
    }
}
