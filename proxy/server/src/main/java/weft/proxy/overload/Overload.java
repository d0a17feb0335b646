package weft.proxy.overload;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import weft.proxy.telemetry.MetricSource;

/**
 * Decides what is turned away. Thread-safe.
 *
 * <p>Connections above their bound are closed as soon as they are accepted, requests above theirs, or when memory is short,
 * get 503 before anything is done for them. From {@link #NEAR} of a bound on, connections close after their response, so that
 * clients go elsewhere. Admin and readiness have listeners of their own and are not counted.
 */
public final class Overload implements MetricSource {
    /** Part of a bound from which on no connection is kept. */
    static final double NEAR = 0.9;

    private final OverloadLimits limits;
    private final int nearConnections;
    private final int nearRequests;
    private final double nearMemory;
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder connectionOverflow = new LongAdder();
    private final LongAdder connectionsRejected = new LongAdder();
    private final LongAdder requestsShed = new LongAdder();
    private final LongAdder keepAliveDisabled = new LongAdder();

    /* Written by the thread that looks at memory, read by every event loop. */
    private volatile double memory;

    public Overload(OverloadLimits limits) {
        this.limits = limits;
        nearConnections = near(limits.maxConnections());
        nearRequests = near(limits.maxRequests());
        nearMemory = limits.memoryShare() * NEAR;
    }

    private static int near(int bound) {
        return bound == Integer.MAX_VALUE ? bound : (int) Math.ceil(bound * NEAR);
    }

    /** How full memory is now. */
    void memory(double used) {
        memory = used;
    }

    /** Counts a client's connection; false when it is one too many and has to go at once, and then it is not counted. */
    public boolean connected() {
        if (connections.incrementAndGet() <= limits.maxConnections()) {
            return true;
        }
        connections.decrementAndGet();
        connectionOverflow.increment();
        return false;
    }

    /** A connection that was counted is closed. */
    public void disconnected() {
        connections.decrementAndGet();
    }

    /** Whether a connection that carries no requests to turn away is turned away itself. */
    public boolean rejectsConnections() {
        boolean rejects = isMemoryShort();
        if (rejects) {
            connectionsRejected.increment();
        }
        return rejects;
    }

    /**
     * Whether a request is turned away.
     *
     * @param active requests in flight, this one included
     */
    public boolean sheds(int active) {
        boolean sheds = active > limits.maxRequests() || isMemoryShort();
        if (sheds) {
            requestsShed.increment();
        }
        return sheds;
    }

    private boolean isMemoryShort() {
        return memory >= limits.memoryShare();
    }

    /**
     * Whether a connection is to close after its response.
     *
     * @param active requests in flight
     */
    public boolean disablesKeepAlive(int active) {
        boolean isNear = isNear(active);
        if (isNear) {
            keepAliveDisabled.increment();
        }
        return isNear;
    }

    private boolean isNear(int active) {
        return connections.get() >= nearConnections || active >= nearRequests || memory >= nearMemory;
    }

    @Override
    public void collect(Output out) {
        out.counter(
                "envoy_listener_downstream_global_cx_overflow",
                "Connections closed at once, for there were too many.",
                Map.of(),
                connectionOverflow.sum());
        out.counter(
                "envoy_listener_downstream_cx_overload_reject",
                "Connections closed at once, for memory was short.",
                Map.of(),
                connectionsRejected.sum());
        out.counter(
                "envoy_http_downstream_rq_overload_close",
                "Requests turned away by overload.",
                Map.of(),
                requestsShed.sum());
        out.counter(
                "envoy_http_downstream_cx_overload_disable_keepalive",
                "Responses that closed their connection as a bound was near.",
                Map.of(),
                keepAliveDisabled.sum());
        out.gauge("envoy_http_downstream_cx_active", "Connections of clients.", Map.of(), connections.get());
        out.gauge("envoy_overload_memory_pressure", "Memory in use, in percent.", Map.of(), memory * 100);
    }

    /** Lines of {@code /stats}, under Envoy's names. */
    public Map<String, Long> stats() {
        Map<String, Long> lines = new LinkedHashMap<>();
        lines.put("http.downstream_cx_overload_disable_keepalive", keepAliveDisabled.sum());
        lines.put("http.downstream_rq_overload_close", requestsShed.sum());
        lines.put("listener.downstream_cx_overload_reject", connectionsRejected.sum());
        lines.put("listener.downstream_global_cx_overflow", connectionOverflow.sum());
        lines.put("overload.memory.pressure", Math.round(memory * 100));
        return lines;
    }
}
