package weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessLogShipperTest {
    private final AtomicLong nanos = new AtomicLong();
    private final FakeProducer producer = new FakeProducer();
    private final List<Producer<byte[], byte[]>> next = new ArrayList<>(List.of(producer));
    private final AccessLogShipper shipper = new AccessLogShipper(this::make, "weft.access-logs", nanos::get);

    private Producer<byte[], byte[]> make() {
        if (next.isEmpty()) {
            throw new KafkaException("no broker's name resolves");
        }
        return next.remove(0);
    }

    /** Refuses as KafkaProducer does: through the callback, inside send. */
    private static final class FakeProducer extends MockProducer<byte[], byte[]> {
        @Nullable
        KafkaException refusal;

        @Nullable
        KafkaException thrown;

        FakeProducer() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (thrown != null) {
                throw thrown;
            }
            if (refusal != null) {
                callback.onCompletion(null, refusal);
                return new java.util.concurrent.CompletableFuture<>();
            }
            return super.send(record, callback);
        }
    }

    private void ship(int entries) {
        for (int i = 0; i < entries; i++) {
            shipper.ship(new byte[] {(byte) i});
        }
        nanos.addAndGet(AccessLogShipper.RETRY_NANOS);
        shipper.retry();
    }

    @Test
    void acknowledgedEntriesAreSentAndFailedOnesDropped() {
        ship(3);
        assertThat(shipper.unsettled()).isEqualTo(3);
        producer.completeNext();
        producer.errorNext(new NetworkException());
        producer.completeNext();
        assertThat(shipper.sent()).isEqualTo(2);
        assertThat(shipper.dropped()).isEqualTo(1);
        assertThat(shipper.unsettled()).isZero();
    }

    @Test
    void entriesWaitUntilTheTopicIsKnown() {
        producer.refusal = new TimeoutException("topic not present in metadata after 0 ms");
        ship(5);
        assertThat(shipper.unsettled()).isEqualTo(5);
        assertThat(shipper.dropped()).isZero();
        producer.refusal = null;
        ship(1);
        assertThat(producer.history().stream().map(r -> (int) r.value()[0])).containsExactly(0, 1, 2, 3, 4, 0);
    }

    @Test
    void fullProducerBufferDropsAtOnce() {
        ship(1);
        producer.refusal = new BufferExhaustedException("no room");
        ship(4);
        assertThat(shipper.dropped()).isEqualTo(4);
        assertThat(shipper.unsettled()).isEqualTo(1);
    }

    @Test
    void backlogIsBoundedInBytes() {
        next.clear();
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 20; i++) {
            shipper.ship(large);
        }
        shipper.retry();
        assertThat(shipper.unsettled()).isEqualTo(AccessLogShipper.MAX_BACKLOG_BYTES >> 20);
        assertThat(shipper.dropped()).isEqualTo(20 - (AccessLogShipper.MAX_BACKLOG_BYTES >> 20));
    }

    @Test
    void brokenProducerIsReplaced() {
        FakeProducer second = new FakeProducer();
        ship(1);
        next.add(second);
        producer.thrown = new KafkaException("fatal");
        ship(1);
        assertThat(producer.closed()).isTrue();
        ship(1);
        assertThat(second.history()).hasSize(1);
        producer.completeNext();
        second.completeNext();
        assertThat(shipper.sent() + shipper.dropped()).isEqualTo(3);
    }

    @Test
    void kafkaWithoutAnAddressIsTriedAgain() {
        next.clear();
        ship(2);
        next.add(producer);
        ship(0);
        assertThat(producer.history()).hasSize(2);
    }
}
