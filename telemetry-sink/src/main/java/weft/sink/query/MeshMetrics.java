package weft.sink.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weft.schema.MetricSample;
import weft.schema.MetricType;

/**
 * Sums the newest batches of all proxies into one Prometheus text: the mesh's own totals. Confined to one thread.
 *
 * <p>Counters and histograms add up over proxies and their runs and never fall; gauges are one proxy's own affair and
 * stay out. Scrape the aggregator or the proxies, not both.
 */
public final class MeshMetrics {
    private static final class Sum {
        private double value;
        private long[] buckets = new long[0];
        private List<Double> bounds = List.of();
        private final MetricType type;

        Sum(MetricType type) {
            this.type = type;
        }

        void add(MetricSample sample) {
            value += sample.getValue();
            if (type != MetricType.HISTOGRAM) {
                return;
            }
            List<Long> counts = sample.getBuckets();
            if (buckets.length == 0) {
                buckets = new long[counts.size()];
                bounds = List.copyOf(sample.getBounds());
            }
            for (int i = 0; i < Math.min(buckets.length, counts.size()); i++) {
                buckets[i] += counts.get(i);
            }
        }
    }

    private final Map<String, Map<String, Sum>> families = new TreeMap<>();

    /** Adds one proxy's sample. */
    public void add(MetricSample sample) {
        if (sample.getType() == MetricType.COUNTER || sample.getType() == MetricType.HISTOGRAM) {
            families.computeIfAbsent(sample.getName(), n -> new TreeMap<>())
                    .computeIfAbsent(labels(sample.getLabels()), l -> new Sum(sample.getType()))
                    .add(sample);
        }
    }

    /** The sums in Prometheus' text format. */
    public void writeTo(StringBuilder out) {
        families.forEach((name, series) -> {
            MetricType type = series.values().iterator().next().type;
            out.append("# TYPE ").append(name).append(type == MetricType.HISTOGRAM ? " histogram\n" : " counter\n");
            series.forEach((labels, sum) -> {
                if (sum.type == MetricType.HISTOGRAM) {
                    writeHistogram(out, name, labels, sum);
                } else {
                    line(out, name, labels, sum.value);
                }
            });
        });
    }

    private static void writeHistogram(StringBuilder out, String name, String labels, Sum sum) {
        long below = 0;
        for (int i = 0; i < sum.buckets.length; i++) {
            below += sum.buckets[i];
            String bound = i < sum.bounds.size() ? number(sum.bounds.get(i)) : "+Inf";
            String le = "le=\"" + bound + "\"";
            line(out, name + "_bucket", labels.isEmpty() ? le : labels + "," + le, below);
        }
        line(out, name + "_sum", labels, sum.value);
        line(out, name + "_count", labels, below);
    }

    /** One line of the text format; labels as {@link #labels} makes them. */
    public static void line(StringBuilder out, String name, String labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(number(value)).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    static String labels(Map<String, String> labels) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(labels)
                .forEach((name, value) -> parts.add(name + "=\""
                        + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\""));
        return String.join(",", parts);
    }
}
