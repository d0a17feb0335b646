package weft.proxy.telemetry;

import java.util.Map;

/**
 * Counters and gauges that another part of the proxy keeps, as pools and clusters do. Asked at each exposition and each
 * sample, on any thread: implementations must be thread-safe and must not block.
 */
@FunctionalInterface
public interface MetricSource {
    /** Receives the values of one moment. Label sets must differ within a name, and be the same names each time. */
    interface Output {
        /** @param name ends in _total */
        void counter(String name, String help, Map<String, String> labels, double value);

        void gauge(String name, String help, Map<String, String> labels, double value);
    }

    void collect(Output out);
}
