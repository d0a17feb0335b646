package weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.AccessLogEntry;
import weft.schema.MetricBatch;
import weft.schema.MetricSample;

class TelemetryAgentTest {
    private final AtomicLong nanos = new AtomicLong();
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final AccessLogQueue queue = new AccessLogQueue(8);
    private final RequestMetrics requests = new RequestMetrics(Requests.SIDECAR);
    private final Metrics metrics = new Metrics(requests);
    private final WireCodec codec = new WireCodec();
    private final TelemetryAgent agent = new TelemetryAgent(
            new TelemetryAgent.Parts(
                    queue,
                    new Destination.Resolver(Requests.SIDECAR),
                    new AccessLogEncoder(Requests.SIDECAR, codec),
                    new AccessLogShipper(() -> producer, "weft.access-logs", nanos::get),
                    requests,
                    new MetricBatches("productpage-v1-1", "boot-1", requests, metrics),
                    codec),
            TopicNames.DEFAULT,
            "productpage-v1-1".getBytes(StandardCharsets.UTF_8),
            nanos::get,
            InstantSource.fixed(Instant.ofEpochMilli(1_234)));

    TelemetryAgentTest() {
        codec.learn(AccessLogEntry.getClassSchema());
        codec.learn(MetricBatch.getClassSchema());
    }

    private void finish(int n) {
        for (int i = 0; i < n; i++) {
            queue.finished(Requests.request().finished());
        }
    }

    private List<MetricBatch> batches() throws WireException {
        List<MetricBatch> out = new java.util.ArrayList<>();
        for (var record : producer.history()) {
            if (record.topic().equals("weft.metrics")) {
                assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("productpage-v1-1");
                out.add(codec.decode(record.value(), MetricBatch.class));
            }
        }
        return out;
    }

    private long entries() {
        return producer.history().stream()
                .filter(r -> r.topic().equals("weft.access-logs"))
                .peek(r -> assertThat(r.key()).isNull())
                .count();
    }

    @Test
    void connectionGetsAnEntryAndIsNoRequest() throws WireException {
        queue.finished(Requests.connection());
        agent.doWork();
        assertThat(entries()).isEqualTo(1);
        assertThat(requests.series()).isEmpty();
        nanos.set(TelemetryAgent.METRICS_PERIOD_NANOS + 1);
        agent.doWork();
        assertThat(batches().get(0).getAccessLogEntries()).isEqualTo(1);
    }

    @Test
    void idleTurnHasNothingToDo() {
        assertThat(agent.doWork()).isZero();
    }

    @Test
    void eachRequestBecomesOneEntry() {
        finish(5);
        assertThat(agent.doWork()).isPositive();
        agent.doWork();
        assertThat(entries()).isEqualTo(5);
    }

    @Test
    void batchesAreCumulativeAndNumbered() throws WireException {
        finish(10);
        agent.doWork();
        nanos.addAndGet(TelemetryAgent.METRICS_PERIOD_NANOS);
        agent.doWork();
        finish(3);
        agent.doWork();
        nanos.addAndGet(TelemetryAgent.METRICS_PERIOD_NANOS);
        agent.doWork();
        List<MetricBatch> batches = batches();
        assertThat(batches).extracting(MetricBatch::getSeq).containsExactly(1L, 2L);
        assertThat(batches).extracting(MetricBatch::getAccessLogEntries).containsExactly(10L, 13L);
        assertThat(batches).extracting(MetricBatch::getAccessLogDropped).containsExactly(2L, 2L);
        assertThat(batches.get(1).getTimestamp()).isEqualTo(1_234);
        assertThat(total(batches.get(0))).isEqualTo(10);
        assertThat(total(batches.get(1))).isEqualTo(13);
    }

    private static long total(MetricBatch batch) {
        return batch.getSamples().stream()
                .filter(s -> s.getName().equals("istio_requests_total"))
                .mapToLong(s -> (long) s.getValue())
                .sum();
    }

    @Test
    void closingShipsWhatIsQueuedAndTheLastCounts() throws WireException {
        finish(12);
        agent.close(Duration.ofSeconds(2));
        assertThat(entries()).isEqualTo(8);
        MetricBatch last = batches().get(0);
        assertThat(last.getAccessLogEntries()).isEqualTo(12);
        assertThat(last.getAccessLogDropped()).isEqualTo(4);
        assertThat(producer.closed()).isTrue();
    }

    @Test
    void endsWithinASecondWithoutKafkaWhenNoEntryWaits() {
        assertThat(closingMillis(0)).isLessThan(1_000);
    }

    @Test
    void entriesAreWaitedForAsLongAsClosingMayTake() {
        assertThat(closingMillis(1)).isBetween(2_000L, 3_100L);
    }

    /** How long closing takes, by a clock that goes on a millisecond whenever it is asked, when no producer can be made. */
    private long closingMillis(int waiting) {
        LongSupplier ticking = () -> nanos.addAndGet(1_000_000);
        AccessLogShipper shipper = new AccessLogShipper(
                () -> {
                    throw new KafkaException("no broker has an address");
                },
                "weft.access-logs",
                ticking);
        TelemetryAgent alone = new TelemetryAgent(
                new TelemetryAgent.Parts(
                        queue,
                        new Destination.Resolver(Requests.SIDECAR),
                        new AccessLogEncoder(Requests.SIDECAR, codec),
                        shipper,
                        requests,
                        new MetricBatches("productpage-v1-1", "boot-1", requests, metrics),
                        codec),
                TopicNames.DEFAULT,
                "productpage-v1-1".getBytes(StandardCharsets.UTF_8),
                ticking,
                InstantSource.fixed(Instant.ofEpochMilli(1_234)));
        finish(waiting);
        long began = nanos.get();
        alone.close(Duration.ofSeconds(3));
        assertThat(shipper.dropped()).isEqualTo(waiting);
        return (nanos.get() - began) / 1_000_000;
    }

    @Test
    void whatOtherPartsMeasureIsInTheBatch() throws WireException {
        Histogram seconds = new Histogram(0.001, 0.01);
        seconds.record(0.002);
        metrics.add(out -> {
            out.gauge("weft_rules_applied_revision", "Bundle in service.", Map.of(), 7);
            out.histogram("weft_bundle_apply_seconds", "To serving it.", Map.of(), seconds.values());
        });
        agent.close(Duration.ofSeconds(2));
        assertThat(batches().get(0).getSamples()).anySatisfy(revision -> {
            assertThat(revision.getName()).isEqualTo("weft_rules_applied_revision");
            assertThat(revision.getValue()).isEqualTo(7);
        });
        assertThat(batches().get(0).getSamples()).anySatisfy(apply -> {
            assertThat(apply.getName()).isEqualTo("weft_bundle_apply_seconds");
            assertThat(apply.getBounds()).containsExactly(0.001, 0.01);
            assertThat(apply.getBuckets()).containsExactly(0L, 1L, 0L);
            assertThat(apply.getCount()).isEqualTo(1);
        });
    }

    @Test
    void histogramSampleCarriesEnvoysBuckets() throws WireException {
        finish(2);
        agent.close(Duration.ofSeconds(2));
        MetricSample duration = batches().get(0).getSamples().stream()
                .filter(s -> s.getName().equals("istio_request_duration_milliseconds"))
                .findFirst()
                .orElseThrow();
        assertThat(duration.getBounds()).startsWith(0.5, 1.0, 5.0, 10.0, 25.0).endsWith(3_600_000.0);
        assertThat(duration.getBuckets()).startsWith(0L, 0L, 0L, 0L, 2L).hasSize(20);
        assertThat(duration.getCount()).isEqualTo(2);
        assertThat(duration.getValue()).isEqualTo(2 * 12.345);
        assertThat(duration.getLabels()).containsAllEntriesOf(Map.of("reporter", "source", "response_code", "200"));
    }
}
