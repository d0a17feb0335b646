package weft.proxy.telemetry;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.TopicNames;
import weft.log.WireCodec;

/**
 * The work of the telemetry thread: drains the queue, counts each request, ships its access log entry, and sends a metric
 * batch now and then. Confined to that thread; {@link #doWork} returns at once when there is nothing to do.
 */
final class TelemetryAgent {
    private static final Logger LOG = LoggerFactory.getLogger(TelemetryAgent.class);

    /** Requests taken in one turn, so that metric batches are not kept waiting under load. */
    static final int DRAIN_LIMIT = 4_096;

    static final long METRICS_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long SETTLE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Kept of the closing time for the last batch; no access log entry is waited for any more then. */
    private static final long LAST_WORD_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** The last batch is not worth more of it when the producer does not even know the topic. */
    private static final long LAST_BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final AccessLogQueue queue;
    private final Destination.Resolver destinations;
    private final AccessLogEncoder encoder;
    private final AccessLogShipper shipper;
    private final RequestMetrics requests;
    private final MetricBatches batches;
    private final WireCodec codec;
    private final TopicNames topics;
    private final byte[] metricsKey;
    private final LongSupplier nanoClock;
    private final InstantSource clock;
    private final Consumer<Finished> each = this::accept;
    private long taken;
    private long settledDrops;
    private long nextBatchAt;

    TelemetryAgent(Parts parts, TopicNames topics, byte[] metricsKey, LongSupplier nanoClock, InstantSource clock) {
        this.queue = parts.queue();
        this.destinations = parts.destinations();
        this.encoder = parts.encoder();
        this.shipper = parts.shipper();
        this.requests = parts.requests();
        this.batches = parts.batches();
        this.codec = parts.codec();
        this.topics = topics;
        this.metricsKey = metricsKey.clone();
        this.nanoClock = nanoClock;
        this.clock = clock;
        this.nextBatchAt = nanoClock.getAsLong() + METRICS_PERIOD_NANOS;
    }

    /** What the agent drives. Immutable. */
    record Parts(
            AccessLogQueue queue,
            Destination.Resolver destinations,
            AccessLogEncoder encoder,
            AccessLogShipper shipper,
            RequestMetrics requests,
            MetricBatches batches,
            WireCodec codec) {}

    /** One turn; tells how much there was to do. */
    int doWork() {
        int work = queue.drain(each, DRAIN_LIMIT) + shipper.retry();
        if (nanoClock.getAsLong() - nextBatchAt >= 0) {
            nextBatchAt = nanoClock.getAsLong() + METRICS_PERIOD_NANOS;
            // Lost now and then, as while Kafka is away: the next one says it all again.
            work += sendBatch() ? 1 : 0;
        }
        return work;
    }

    private void accept(Finished ended) {
        taken++;
        byte[] entry;
        try {
            Destination.Upstream upstream = destinations.of(ended);
            if (ended instanceof FinishedRequest request) {
                requests.record(request, upstream.destination());
                entry = encoder.encode(request, upstream);
            } else {
                entry = encoder.encode((FinishedConnection) ended, upstream);
            }
        } catch (RuntimeException e) {
            // A bug, but one request's: the others still count, and so does this one, as a drop.
            LOG.error("access log entry not made, error={}", e.toString(), e);
            shipper.drop();
            return;
        }
        shipper.ship(entry);
    }

    private boolean sendBatch() {
        settledDrops += queue.settleDrops(requests::recordDropped);
        long dropped = settledDrops + shipper.dropped();
        byte[] batch = codec.encode(batches.next(clock.millis(), taken + settledDrops, dropped));
        return shipper.sendUncounted(new ProducerRecord<>(topics.metrics(), metricsKey, batch));
    }

    /** Drains what is queued, waits for the broker's answers, and tells the final counts. */
    void close(Duration timeout) {
        long deadline = nanoClock.getAsLong() + timeout.toNanos();
        while (queue.drain(each, DRAIN_LIMIT) > 0) {
            // Nobody offers any more: the queue's length bounds this loop.
        }
        while (shipper.unsettled() > 0 && nanoClock.getAsLong() < deadline - LAST_WORD_NANOS) {
            shipper.retry();
            LockSupport.parkNanos(SETTLE_PAUSE_NANOS);
        }
        shipper.abandonBacklog();
        long settled = nanoClock.getAsLong();
        while (!sendBatch() && nanoClock.getAsLong() < Math.min(deadline, settled + LAST_BATCH_NANOS)) {
            LockSupport.parkNanos(SETTLE_PAUSE_NANOS);
        }
        long left = Math.min(deadline, settled + LAST_WORD_NANOS) - nanoClock.getAsLong();
        shipper.close(Duration.ofNanos(Math.max(0, left)));
    }
}
