package weft.proxy.telemetry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import weft.schema.MetricBatch;
import weft.schema.MetricSample;
import weft.schema.MetricType;

/** Makes the metric batches of one run of a proxy, each with all that was measured so far. Confined to one thread. */
final class MetricBatches {
    private final String proxyId;
    private final String bootId;
    private final RequestMetrics requests;
    private final Metrics metrics;
    private long seq;

    MetricBatches(String proxyId, String bootId, RequestMetrics requests, Metrics metrics) {
        this.proxyId = proxyId;
        this.bootId = bootId;
        this.requests = requests;
        this.metrics = metrics;
    }

    /**
     * The next batch.
     *
     * @param now milliseconds since 1970
     * @param entries requests that ended since the start
     * @param dropped those whose access log entry was dropped
     */
    MetricBatch next(long now, long entries, long dropped) {
        List<MetricSample> samples = new ArrayList<>();
        for (RequestSeries series : requests.series()) {
            add(series, samples);
        }
        metrics.sources().forEach(source -> source.collect(new Samples(samples)));
        seq++;
        return new MetricBatch(proxyId, bootId, seq, now, entries, dropped, samples);
    }

    private static void add(RequestSeries series, List<MetricSample> to) {
        Map<String, String> labels = series.labels();
        to.add(sample("istio_requests_total", labels, MetricType.COUNTER, series.requests()));
        to.add(sample("istio_request_duration_milliseconds", labels, series.durationMillis()));
        to.add(sample("istio_request_bytes", labels, series.requestBytes()));
        to.add(sample("istio_response_bytes", labels, series.responseBytes()));
    }

    private static MetricSample sample(String name, Map<String, String> labels, MetricType type, double value) {
        return new MetricSample(name, labels, type, value, 0L, List.of(), List.of());
    }

    private static MetricSample sample(String name, Map<String, String> labels, BucketHistogram histogram) {
        long[] counts = histogram.counts();
        return new MetricSample(
                name,
                labels,
                MetricType.HISTOGRAM,
                histogram.sum(),
                LongStream.of(counts).sum(),
                DoubleStream.of(BucketHistogram.bounds()).boxed().toList(),
                LongStream.of(counts).boxed().toList());
    }

    private record Samples(List<MetricSample> to) implements MetricSource.Output {
        @Override
        public void counter(String name, String help, Map<String, String> labels, double value) {
            to.add(sample(name, new LinkedHashMap<>(labels), MetricType.COUNTER, value));
        }

        @Override
        public void gauge(String name, String help, Map<String, String> labels, double value) {
            to.add(sample(name, new LinkedHashMap<>(labels), MetricType.GAUGE, value));
        }

        @Override
        public void histogram(String name, String help, Map<String, String> labels, Histogram.Values values) {
            to.add(new MetricSample(
                    name,
                    new LinkedHashMap<>(labels),
                    MetricType.HISTOGRAM,
                    values.sum(),
                    values.counts().stream().mapToLong(count -> count).sum(),
                    values.bounds(),
                    values.counts()));
        }
    }
}
