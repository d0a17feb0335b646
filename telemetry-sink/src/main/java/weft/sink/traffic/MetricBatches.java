package weft.sink.traffic;

import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.MetricBatch;

/**
 * Keeps the newest metric batch of each run of each proxy. Confined to one Streams thread.
 *
 * <p>Batches are cumulative: the highest sequence number of a run says all, so a repeat, a loss or a batch out of order
 * does no harm.
 */
final class MetricBatches implements Processor<byte[], byte[], Void, Void> {
    /** Runs kept in one partition; the next ones are counted as undecodable rather than grow the store without end. */
    static final int MAX_RUNS = 50_000;

    private final WireCodec codec;
    private final Consumer<byte[]> learn;
    private final String storeName;
    private final SinkCounters counters;
    private @Nullable KeyValueStore<String, byte[]> store;

    /** @param learn teaches the codec the schema that a value names, when it can */
    MetricBatches(WireCodec codec, Consumer<byte[]> learn, String storeName, SinkCounters counters) {
        this.codec = codec;
        this.learn = learn;
        this.storeName = storeName;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        store = context.getStateStore(storeName);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        KeyValueStore<String, byte[]> batches = Objects.requireNonNull(store);
        try {
            byte[] value = record.value() == null ? new byte[0] : record.value();
            if (codec.writer(value) == null) {
                learn.accept(value);
            }
            MetricBatch batch = codec.decode(value, MetricBatch.class);
            String run = batch.getProxyId() + "|" + batch.getBootId();
            byte[] kept = batches.get(run);
            if (kept == null && batches.approximateNumEntries() >= MAX_RUNS) {
                counters.undecodable.increment();
            } else if (kept == null || codec.decode(kept, MetricBatch.class).getSeq() < batch.getSeq()) {
                batches.put(run, codec.inSingleObject(value)); // what is kept must be readable without any id
            }
        } catch (WireException e) {
            counters.undecodable.increment();
        }
    }
}
