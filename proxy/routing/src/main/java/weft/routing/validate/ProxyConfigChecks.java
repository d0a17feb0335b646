package weft.routing.validate;

import weft.schema.ProxyConfigSpec;

/** A ProxyConfig. Thread-safe: functions only. */
final class ProxyConfigChecks {
    private ProxyConfigChecks() {}

    static void check(ProxyConfigSpec spec, Problems problems) {
        Selectors.check(spec.getSelector(), problems.at("selector"));
        Integer concurrency = spec.getConcurrency();
        problems.at("concurrency")
                .require(concurrency == null || concurrency >= 0, concurrency + " (expected: 0 or more)");
    }
}
