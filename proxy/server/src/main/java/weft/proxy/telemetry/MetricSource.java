package weft.proxy.telemetry;

import java.util.Map;

/**
 * Counters, gauges and histograms that another part of the proxy keeps, as pools and clusters do. Asked at each exposition and each
 * sample, on any thread: implementations must be thread-safe and must not block.
 */
@FunctionalInterface
public interface MetricSource {
    /** Receives the values of one moment. Label sets must differ within a name, and be the same names each time. */
    interface Output {
        /** @param name ends in _total; where Envoy's name does not, it goes out as it is, without a type */
        void counter(String name, String help, Map<String, String> labels, double value);

        void gauge(String name, String help, Map<String, String> labels, double value);

        void histogram(String name, String help, Map<String, String> labels, Histogram.Values values);
    }

    void collect(Output out);
}
