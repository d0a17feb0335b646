package weft.proxy.telemetry;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives records to a Kafka producer that never blocks, and knows what became of each. Confined to the telemetry thread,
 * but for the counters.
 *
 * <p>Each entry ends in exactly one of {@link #sent} and {@link #dropped}. Until the topic's leader is known for the first
 * time (Kafka starts after the proxy, a name does not resolve yet) entries wait in a bounded backlog; later the
 * producer's own buffer bridges an outage, and what does not fit is dropped. A producer that breaks for good is replaced.
 */
final class AccessLogShipper {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLogShipper.class);

    /** Enough for some 30,000 entries of the first seconds; a tenth of a sidecar's memory. */
    static final long MAX_BACKLOG_BYTES = 12L << 20;

    /** Between attempts to make a producer or to learn of a topic. */
    static final long RETRY_NANOS = 250_000_000L;

    /** Producers that break one after the other, as where Kafka denies all writing, are replaced ever more seldom. */
    private static final long MAX_REPLACE_NANOS = 16_000_000_000L;

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final String topic;
    private final LongSupplier nanoClock;
    private final ArrayDeque<byte[]> backlog = new ArrayDeque<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Callback settled = this::settle;
    private final Callback uncounted = this::noteRefusal;
    private @Nullable Producer<byte[], byte[]> producer;
    private long backlogBytes;
    private long retryAt;
    private long accepted;

    /*
     * A record refused at once is told through the callback too, on the thread that sends. "owner" is written once by that
     * thread; "isSending" and "refusal" are touched by it alone.
     */
    private volatile @Nullable Thread owner;
    /* Reset by whoever learns that a record went out, doubled by the telemetry thread. */
    private volatile long replaceNanos = RETRY_NANOS;
    private boolean isSending;
    private @Nullable Exception refusal;

    AccessLogShipper(Supplier<Producer<byte[], byte[]>> producers, String topic, LongSupplier nanoClock) {
        this.producers = producers;
        this.topic = topic;
        this.nanoClock = nanoClock;
        this.retryAt = nanoClock.getAsLong();
    }

    /** Takes one encoded entry; it will be sent or counted as dropped. */
    void ship(byte[] entry) {
        accepted++;
        if (!backlog.isEmpty() || producer == null || !offer(producer, entry)) {
            hold(entry);
        }
    }

    /** Counts an entry that could not even be made. */
    void drop() {
        accepted++;
        dropped.incrementAndGet();
    }

    private void hold(byte[] entry) {
        if (backlogBytes + entry.length > MAX_BACKLOG_BYTES) {
            dropped.incrementAndGet();
            return;
        }
        backlog.add(entry);
        backlogBytes += entry.length;
    }

    /**
     * Sends what waits, when it is time to try again.
     *
     * @return how many entries left the backlog
     */
    int retry() {
        if (backlog.isEmpty() && producer != null) {
            return 0;
        }
        long now = nanoClock.getAsLong();
        if (now - retryAt < 0) {
            return 0;
        }
        Producer<byte[], byte[]> current = producer != null ? producer : open();
        int left = 0;
        while (current != null && current == producer && !backlog.isEmpty()) {
            byte[] entry = backlog.peek();
            if (!offer(current, entry)) {
                break;
            }
            backlog.poll();
            backlogBytes -= entry.length;
            left++;
        }
        if (!backlog.isEmpty()) {
            retryAt = now + RETRY_NANOS;
        }
        return left;
    }

    private @Nullable Producer<byte[], byte[]> open() {
        try {
            producer = producers.get();
        } catch (KafkaException e) {
            LOG.debug("telemetry producer: not made, error={}", e.getMessage());
        }
        retryAt = nanoClock.getAsLong() + (producer == null ? RETRY_NANOS : 0);
        return producer;
    }

    /** Whether the producer took the entry, or it is settled as dropped; false: its topic is not known yet. */
    private boolean offer(Producer<byte[], byte[]> to, byte[] entry) {
        return switch (send(to, new ProducerRecord<>(topic, entry), settled)) {
            case TAKEN -> true;
            case TOPIC_UNKNOWN -> false;
            case REFUSED -> {
                dropped.incrementAndGet();
                yield true;
            }
        };
    }

    private enum Sending {
        TAKEN,
        TOPIC_UNKNOWN,
        REFUSED
    }

    private Sending send(Producer<byte[], byte[]> to, ProducerRecord<byte[], byte[]> record, Callback callback) {
        if (owner != Thread.currentThread()) {
            owner = Thread.currentThread();
        }
        isSending = true;
        refusal = null;
        try {
            to.send(record, callback);
        } catch (KafkaException | IllegalStateException e) {
            replace(to, e);
            return Sending.REFUSED;
        } finally {
            isSending = false;
        }
        if (refusal == null) {
            return Sending.TAKEN;
        }
        return refusal instanceof TimeoutException && !(refusal instanceof BufferExhaustedException)
                ? Sending.TOPIC_UNKNOWN
                : Sending.REFUSED;
    }

    /** On the producer's thread, or, for a record refused at once, on the telemetry thread inside send. */
    private void settle(@Nullable RecordMetadata metadata, @Nullable Exception error) {
        if (error == null) {
            sent.incrementAndGet();
            replaceNanos = RETRY_NANOS;
        } else if (Thread.currentThread() == owner && isSending) {
            refusal = error;
        } else {
            dropped.incrementAndGet();
        }
    }

    private void replace(Producer<byte[], byte[]> broken, RuntimeException why) {
        LOG.warn("telemetry producer broke and is replaced, topic={} error={}", topic, why.getMessage());
        broken.close(Duration.ZERO);
        producer = null;
        long pause = replaceNanos;
        retryAt = nanoClock.getAsLong() + pause;
        replaceNanos = Math.min(pause * 2, MAX_REPLACE_NANOS);
    }

    /**
     * Sends a record that may be lost, without counting it.
     *
     * @return whether the producer took it; it does not while it has not learned of the topic, or has no room
     */
    boolean sendUncounted(ProducerRecord<byte[], byte[]> record) {
        boolean isEarly = producer == null && nanoClock.getAsLong() - retryAt < 0;
        Producer<byte[], byte[]> current = producer != null || isEarly ? producer : open();
        return current != null && send(current, record, uncounted) == Sending.TAKEN;
    }

    private void noteRefusal(@Nullable RecordMetadata metadata, @Nullable Exception error) {
        if (error != null && Thread.currentThread() == owner && isSending) {
            refusal = error;
        }
    }

    /** Entries the broker acknowledged. */
    long sent() {
        return sent.get();
    }

    /** Entries refused, failed or without room. */
    long dropped() {
        return dropped.get();
    }

    /** Entries taken and neither sent nor dropped yet. */
    long unsettled() {
        return accepted - sent.get() - dropped.get();
    }

    /** Drops what still waits here, so that it is counted before the last word is sent. */
    void abandonBacklog() {
        dropped.addAndGet(backlog.size());
        backlog.clear();
        backlogBytes = 0;
    }

    void close(Duration timeout) {
        if (producer != null) {
            producer.close(timeout);
            producer = null;
        }
    }
}
