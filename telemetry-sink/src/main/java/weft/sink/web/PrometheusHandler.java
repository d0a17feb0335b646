package weft.sink.web;

import io.javalin.http.Context;
import weft.sink.query.MeshMetrics;
import weft.sink.query.SinkStores;
import weft.sink.query.TrafficReport;
import weft.sink.traffic.SinkCounters;

/** Mesh totals and the aggregator's own counters in Prometheus' text format. Thread-safe. */
final class PrometheusHandler {
    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final SinkStores stores;
    private final SinkCounters counters;

    PrometheusHandler(SinkStores stores, SinkCounters counters) {
        this.stores = stores;
        this.counters = counters;
    }

    void handle(Context context) {
        StringBuilder out = new StringBuilder(16_384);
        MeshMetrics mesh = new MeshMetrics();
        stores.runs(run -> run.getSamples().forEach(mesh::add));
        mesh.writeTo(out);
        TrafficReport.Accounting accounting = TrafficReport.accounting(stores);
        counter(out, "weft_access_log_counted_total", "Entries counted since ever.", accounting.counted());
        counter(out, "weft_sink_entries_total", "Entries read since this start.", counters.entries.sum());
        counter(
                out,
                "weft_sink_undecodable_total",
                "Records stepped over because they could not be decoded.",
                counters.undecodable.sum());
        counter(
                out,
                "weft_sink_late_entries_total",
                "Entries with an implausible time, counted in the window of their arrival.",
                counters.late.sum());
        counter(
                out,
                "weft_sink_moved_requests_total",
                "Requests of windows that are no longer kept, counted in the oldest one.",
                counters.moved.sum());
        counter(
                out,
                "weft_sink_overflowed_requests_total",
                "Requests counted under \"other\" because there were too many keys.",
                counters.overflowed.sum());
        context.contentType(CONTENT_TYPE).result(out.toString());
    }

    private static void counter(StringBuilder out, String name, String help, long value) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(" counter\n");
        MeshMetrics.line(out, name, "", value);
    }
}
