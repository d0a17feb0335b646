package weft.routing.validate;

import java.util.List;
import java.util.Map;
import weft.schema.AccessLogging;
import weft.schema.Metrics;
import weft.schema.MetricsOverrides;
import weft.schema.ProviderRef;
import weft.schema.TagOverride;
import weft.schema.TagOverrideOperation;
import weft.schema.TelemetrySpec;
import weft.schema.Tracing;
import weft.schema.TracingCustomTag;

/** A Telemetry: its scope, tracing, metrics and access logs. Thread-safe: functions only. */
final class TelemetryChecks {
    private TelemetryChecks() {}

    static void check(TelemetrySpec spec, Problems problems) {
        Selectors.target(spec.getSelector(), spec.getTargetRef(), spec.getTargetRefs(), problems);
        for (int i = 0; i < spec.getMetrics().size(); i++) {
            metrics(spec.getMetrics().get(i), problems.at("metrics", i));
        }
        if (spec.getTracing().size() > 1) {
            problems.at("tracing")
                    .warning(spec.getTracing().size() + " entries (expected: one, more are not looked at)");
        }
        for (int i = 0; i < spec.getTracing().size(); i++) {
            tracing(spec.getTracing().get(i), problems.at("tracing", i));
        }
        for (int i = 0; i < spec.getAccessLogging().size(); i++) {
            AccessLogging logging = spec.getAccessLogging().get(i);
            Problems at = problems.at("accessLogging", i);
            providers(logging.getProviders(), at);
            if (logging.getFilter() != null) {
                CelSyntax.check(logging.getFilter().getExpression(), at.at("filter.expression"));
            }
        }
    }

    private static void metrics(Metrics metrics, Problems problems) {
        providers(metrics.getProviders(), problems);
        for (int i = 0; i < metrics.getOverrides().size(); i++) {
            override(metrics.getOverrides().get(i), problems.at("overrides", i));
        }
    }

    private static void override(MetricsOverrides override, Problems problems) {
        for (Map.Entry<String, TagOverride> entry : override.getTagOverrides().entrySet()) {
            Problems at = problems.at("tagOverrides", entry.getKey());
            if (entry.getKey().isEmpty()) {
                at.warning("\"\" (expected: the name of a tag)");
            }
            TagOverride tag = entry.getValue();
            boolean sets = tag.getOperation() == TagOverrideOperation.UPSERT;
            at.at("value")
                    .require(
                            sets != tag.getValue().isEmpty(),
                            sets ? "is missing (expected for UPSERT)" : "set with REMOVE (expected: none)");
        }
        if (override.getMatch() != null) {
            String custom = override.getMatch().getCustomMetric();
            problems.at("match.customMetric")
                    .require(custom == null || !custom.isEmpty(), "\"\" (expected: the name of a metric)");
        }
    }

    private static void tracing(Tracing tracing, Problems problems) {
        if (tracing.getProviders().size() > 1) {
            problems.at("providers")
                    .warning(tracing.getProviders().size() + " providers (expected: one, more are not looked at)");
        }
        providers(tracing.getProviders(), problems);
        Double share = tracing.getRandomSamplingPercentage();
        problems.at("randomSamplingPercentage")
                .require(share == null || (share >= 0 && share <= 100), share + " (expected: 0 to 100)");
        tracing.getCustomTags().forEach((name, tag) -> tag(name, tag, problems.at("customTags", name)));
    }

    private static void tag(String name, TracingCustomTag tag, Problems problems) {
        problems.require(!name.isEmpty(), "\"\" (expected: the name of a tag)");
        if (tag.getLiteral() != null) {
            problems.at("literal.value").require(!tag.getLiteral().getValue().isEmpty(), "is missing");
        } else if (tag.getHeader() != null) {
            problems.at("header.name").require(!tag.getHeader().getName().isEmpty(), "is missing");
        } else if (tag.getEnvironment() != null) {
            problems.at("environment.name")
                    .require(!tag.getEnvironment().getName().isEmpty(), "is missing");
        }
    }

    private static void providers(List<ProviderRef> providers, Problems problems) {
        for (int i = 0; i < providers.size(); i++) {
            problems.at("providers", i)
                    .at("name")
                    .require(!providers.get(i).getName().isEmpty(), "is missing");
        }
    }
}
