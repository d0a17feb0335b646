package weft.proxy.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of one proxy behind one Micrometer registry. Thread-safe.
 *
 * <p>Names go out as they are given: Micrometer's renaming would not keep Istio's. Request series and the
 * {@link MetricSource}s are collected when somebody asks, so they cost nothing in between.
 */
final class Metrics {
    private static final String TOTAL = "_total";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RequestMetrics requests;
    private final List<MetricSource> sources = new CopyOnWriteArrayList<>();

    Metrics(RequestMetrics requests) {
        this.requests = requests;
        registry.config().namingConvention(new AsGiven());
        registry.getPrometheusRegistry().register((MultiCollector) this::collect);
    }

    /** For meters that their owner records itself. */
    MeterRegistry registry() {
        return registry;
    }

    void add(MetricSource source) {
        sources.add(source);
    }

    List<MetricSource> sources() {
        return sources;
    }

    /** The text format that Prometheus reads. */
    String scrape() {
        return registry.scrape();
    }

    private MetricSnapshots collect() {
        List<MetricSnapshot> out = new ArrayList<>();
        CounterSnapshot.Builder total =
                CounterSnapshot.builder().name("istio_requests").help("Requests that ended.");
        for (RequestSeries series : requests.series()) {
            total.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(labels(series.labels()))
                    .value(series.requests())
                    .build());
        }
        out.add(total.build());
        out.add(histogram(
                "istio_request_duration_milliseconds",
                "First byte in to last byte out.",
                RequestSeries::durationMillis));
        out.add(histogram("istio_request_bytes", "Body bytes of requests.", RequestSeries::requestBytes));
        out.add(histogram("istio_response_bytes", "Body bytes of responses.", RequestSeries::responseBytes));
        Families families = new Families();
        sources.forEach(source -> source.collect(families));
        families.addTo(out);
        return new MetricSnapshots(out);
    }

    private HistogramSnapshot histogram(String name, String help, Function<RequestSeries, BucketHistogram> of) {
        HistogramSnapshot.Builder out = HistogramSnapshot.builder().name(name).help(help);
        double[] bounds = new double[BucketHistogram.bounds().length + 1];
        System.arraycopy(BucketHistogram.bounds(), 0, bounds, 0, bounds.length - 1);
        bounds[bounds.length - 1] = Double.POSITIVE_INFINITY;
        for (RequestSeries series : requests.series()) {
            BucketHistogram histogram = of.apply(series);
            out.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels(series.labels()))
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, histogram.counts()))
                    .sum(histogram.sum())
                    .build());
        }
        return out.build();
    }

    private static Labels labels(Map<String, String> labels) {
        return Labels.of(labels.keySet().toArray(String[]::new), labels.values().toArray(String[]::new));
    }

    /** Gathers the values of all sources by name, as the exposition wants them. */
    private static final class Families implements MetricSource.Output {
        private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
        private final Map<String, UnknownSnapshot.Builder> untyped = new LinkedHashMap<>();
        private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
        private final Map<String, HistogramSnapshot.Builder> histograms = new LinkedHashMap<>();

        @Override
        public void counter(String name, String help, Map<String, String> labels, double value) {
            if (!name.endsWith(TOTAL)) {
                // The exposition would add the ending, and the name would no longer be Envoy's.
                untyped.computeIfAbsent(
                                name, n -> UnknownSnapshot.builder().name(n).help(help))
                        .dataPoint(UnknownDataPointSnapshot.builder()
                                .labels(labels(labels))
                                .value(value)
                                .build());
                return;
            }
            String family = name.substring(0, name.length() - TOTAL.length());
            counters.computeIfAbsent(
                            family, n -> CounterSnapshot.builder().name(n).help(help))
                    .dataPoint(CounterDataPointSnapshot.builder()
                            .labels(labels(labels))
                            .value(value)
                            .build());
        }

        @Override
        public void gauge(String name, String help, Map<String, String> labels, double value) {
            gauges.computeIfAbsent(name, n -> GaugeSnapshot.builder().name(n).help(help))
                    .dataPoint(GaugeDataPointSnapshot.builder()
                            .labels(labels(labels))
                            .value(value)
                            .build());
        }

        @Override
        public void histogram(String name, String help, Map<String, String> labels, Histogram.Values values) {
            List<Double> bounds = new ArrayList<>(values.bounds());
            bounds.add(Double.POSITIVE_INFINITY);
            histograms
                    .computeIfAbsent(
                            name, n -> HistogramSnapshot.builder().name(n).help(help))
                    .dataPoint(HistogramDataPointSnapshot.builder()
                            .labels(labels(labels))
                            .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, values.counts()))
                            .sum(values.sum())
                            .build());
        }

        void addTo(List<MetricSnapshot> out) {
            counters.values().forEach(counter -> out.add(counter.build()));
            untyped.values().forEach(counter -> out.add(counter.build()));
            gauges.values().forEach(gauge -> out.add(gauge.build()));
            histograms.values().forEach(histogram -> out.add(histogram.build()));
        }
    }

    private static final class AsGiven implements NamingConvention {
        @Override
        public String name(String name, Meter.Type type, @Nullable String baseUnit) {
            return type == Meter.Type.COUNTER && name.endsWith(TOTAL)
                    ? name.substring(0, name.length() - TOTAL.length())
                    : name;
        }

        @Override
        public String tagKey(String key) {
            return key;
        }
    }
}
