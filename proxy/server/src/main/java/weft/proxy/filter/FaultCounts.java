package weft.proxy.filter;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import weft.proxy.telemetry.MetricSource;

/** Faults that rules injected, under Envoy's names. Thread-safe. */
public final class FaultCounts implements MetricSource {
    private final AtomicLong delays = new AtomicLong();
    private final AtomicLong aborts = new AtomicLong();
    private final AtomicLong active = new AtomicLong();

    /** A request is held. */
    public void delayBegun() {
        delays.incrementAndGet();
        active.incrementAndGet();
    }

    /** It goes on, or its client has left. */
    public void delayEnded() {
        active.decrementAndGet();
    }

    public void aborted() {
        aborts.incrementAndGet();
    }

    public long delays() {
        return delays.get();
    }

    public long aborts() {
        return aborts.get();
    }

    /** Requests that are held now. */
    public long active() {
        return active.get();
    }

    @Override
    public void collect(Output out) {
        out.counter("envoy_http_fault_delays_injected", "Requests held by a rule.", Map.of(), delays());
        out.counter("envoy_http_fault_aborts_injected", "Requests answered by a rule's abort.", Map.of(), aborts());
        out.gauge("envoy_http_fault_active_faults", "Requests held now.", Map.of(), active());
    }
}
