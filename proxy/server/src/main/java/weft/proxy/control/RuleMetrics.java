package weft.proxy.control;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import weft.log.RuleLogReader.Phase;
import weft.proxy.telemetry.Histogram;
import weft.proxy.telemetry.MetricSource;

/** What this proxy tells of its rules: where it is in the log, what it refused, how fast it follows. Thread-safe. */
final class RuleMetrics {
    private final Histogram applySeconds =
            new Histogram(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    private final AtomicLong saveFailures = new AtomicLong();

    /** The bundles of one poll came into service together. */
    void applied(long nanos) {
        applySeconds.record(nanos / 1e9);
    }

    /** The rules in service are not on disk, nor will be before the next attempt. */
    void saveFailed() {
        saveFailures.incrementAndGet();
    }

    void collect(MetricSource.Output out, ControlState state, Phase phase) {
        out.gauge("weft_rules_applied_revision", "Bundle in service; 0 before the first.", Map.of(), state.revision());
        out.gauge(
                "weft_rules_applied_offset",
                "Offset of that bundle's commit record; -1 before the first.",
                Map.of(),
                state.commitOffset());
        out.gauge(
                "weft_rules_rejected",
                "Rules refused, of which the last good version serves if there is one.",
                Map.of(),
                state.rejections().size());
        state.skipped()
                .counts()
                .forEach((reason, count) -> out.counter(
                        "weft_rules_skipped_total",
                        "Records of the rules topic that do not count, by reason.",
                        Map.of("reason", reason.code()),
                        count));
        out.gauge(
                "weft_rules_connected",
                "1 while the rules topic is read, 0 while it cannot be reached or trusted.",
                Map.of(),
                phase == Phase.LIVE || phase == Phase.CATCHING_UP ? 1 : 0);
        out.counter(
                "weft_rules_save_failures_total",
                "Times the rules could not be kept on disk; a restart without Kafka would serve older ones.",
                Map.of(),
                saveFailures.get());
        out.histogram(
                "weft_bundle_apply_seconds",
                "From a bundle's commit record, read, to serving it.",
                Map.of(),
                applySeconds.values());
    }
}
