package weft.sink.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.schema.TrafficWindow;
import weft.sink.traffic.TrafficTotals;

/**
 * The answer to a {@link TrafficQuery}, as REST shows it. Immutable.
 *
 * @param from milliseconds since 1970, inclusive
 * @param to milliseconds since 1970, exclusive
 */
public record TrafficReport(String apiVersion, long from, long to, List<Row> rows, Accounting accessLog) {
    private static final String API_VERSION = "weft/v1";

    /**
     * Where requests went in the books. Immutable.
     *
     * @param counted entries this aggregator counted since ever
     * @param dropped entries that proxies say they dropped
     * @param entries entries that proxies say they wanted to write; counted + dropped once all is settled
     */
    public record Accounting(long counted, long dropped, long entries) {}

    /** One group; fields that the grouping does not use are null and left out. Immutable. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Row(
            String reporter,
            @Nullable String source,
            @Nullable String sourceNamespace,
            String service,
            String namespace,
            @Nullable String subset,
            @Nullable String route,
            @Nullable String rule,
            long requests,
            long errors,
            double rps,
            double successRate,
            double p50Millis,
            double p90Millis,
            double p99Millis,
            long bytesReceived,
            long bytesSent,
            long retries,
            Map<String, Long> codes,
            Map<String, Long> flags) {}

    private record Group(
            String reporter,
            @Nullable String source,
            @Nullable String sourceNamespace,
            String service,
            String namespace,
            @Nullable String subset,
            @Nullable String route,
            @Nullable String rule) {
        static Group of(TrafficWindow w, TrafficQuery.Grouping by) {
            boolean isEdge = by == TrafficQuery.Grouping.EDGE;
            boolean isRoute = by == TrafficQuery.Grouping.ROUTE;
            return new Group(
                    w.getReporter(),
                    isEdge ? w.getSourceWorkload() : null,
                    isEdge ? w.getSourceNamespace() : null,
                    w.getDestinationService(),
                    w.getDestinationNamespace(),
                    by == TrafficQuery.Grouping.SUBSET ? w.getSubset() : null,
                    isRoute ? w.getRouteName() : null,
                    isRoute ? w.getRuleRef() : null);
        }

        Row row(TrafficTotals totals, double seconds) {
            return new Row(
                    reporter,
                    source,
                    sourceNamespace,
                    service,
                    namespace,
                    subset,
                    route,
                    rule,
                    totals.requests(),
                    totals.errors(),
                    rounded(totals.requests() / seconds),
                    rounded((totals.requests() - totals.errors()) / (double) totals.requests()),
                    rounded(totals.latencies().quantile(0.50) / 1_000),
                    rounded(totals.latencies().quantile(0.90) / 1_000),
                    rounded(totals.latencies().quantile(0.99) / 1_000),
                    totals.bytesReceived(),
                    totals.bytesSent(),
                    totals.retries(),
                    totals.codes(),
                    totals.flags());
        }

        private static double rounded(double value) {
            return Math.round(value * 10_000) / 10_000.0;
        }
    }

    /** Answers a question at a moment; the busiest rows come first. */
    public static TrafficReport of(SinkStores stores, TrafficQuery query, long nowMillis) {
        long from = query.lastMillis() == 0 ? 0 : nowMillis - query.lastMillis();
        long[] earliest = {nowMillis};
        Map<Group, TrafficTotals> groups = new LinkedHashMap<>();
        // A request that ended this very moment may carry a clock slightly ahead of ours.
        stores.windows(from, Long.MAX_VALUE, window -> {
            if (query.takes(window)) {
                earliest[0] = Math.min(earliest[0], window.getWindowStart());
                groups.computeIfAbsent(Group.of(window, query.by()), g -> new TrafficTotals())
                        .add(window);
            }
        });
        long start = query.lastMillis() == 0 ? earliest[0] : from;
        double seconds = Math.max(1, nowMillis - start) / 1_000.0;
        List<Row> rows = new ArrayList<>();
        groups.forEach((group, totals) -> rows.add(group.row(totals, seconds)));
        rows.sort(Comparator.comparingLong(Row::requests).reversed().thenComparing(Row::service));
        return new TrafficReport(API_VERSION, start, nowMillis, rows, accounting(stores));
    }

    /** Entries counted, and what proxies say of theirs. */
    public static Accounting accounting(SinkStores stores) {
        long[] sums = new long[3];
        stores.totals(total -> sums[0] += total.getRequests());
        stores.runs(run -> {
            sums[1] += run.getAccessLogDropped();
            sums[2] += run.getAccessLogEntries();
        });
        return new Accounting(sums[0], sums[1], sums[2]);
    }
}
