package weft.proxy.exchange;

import java.util.concurrent.atomic.AtomicInteger;
import weft.proxy.filter.FaultCounts;
import weft.proxy.overload.Overload;
import weft.proxy.telemetry.AccessLog;
import weft.routing.snapshot.ProxyIdentity;

/** What every exchange of the proxy works with: the snapshot in service, the access log, drain state. Thread-safe. */
public final class DataPlane {
    private final AccessLog accessLog;
    private final Overload overload;
    private final boolean isEdge;
    private final long streamIdleMillis;
    private final FaultCounts faults = new FaultCounts();
    private final AtomicInteger activeRequests = new AtomicInteger();
    /*
     * Written by the rule-loader thread only, read by every event loop once per request. The volatile write publishes
     * the snapshot together with its cluster runtimes.
     */
    private volatile ServingSnapshot serving;
    /* Written once, at the beginning of a drain. */
    private volatile boolean isDraining;

    /**
     * @param overload decides which requests are turned away
     * @param streamIdleMillis how long nothing may move on a request; 0 for as long as it likes
     */
    public DataPlane(ServingSnapshot initial, AccessLog accessLog, Overload overload, long streamIdleMillis) {
        this.overload = overload;
        this.serving = initial;
        this.accessLog = accessLog;
        this.streamIdleMillis = streamIdleMillis;
        this.isEdge = initial.rules().identity().mode() == ProxyIdentity.Mode.GATEWAY;
    }

    public ServingSnapshot serving() {
        return serving;
    }

    public void serve(ServingSnapshot next) {
        serving = next;
    }

    public AccessLog accessLog() {
        return accessLog;
    }

    /** Whether clients are outside the mesh, so that nothing they say of themselves is believed. */
    public boolean isEdge() {
        return isEdge;
    }

    /** How long nothing may move on a request; 0 for as long as it likes. */
    long streamIdleMillis() {
        return streamIdleMillis;
    }

    /** Faults injected by rules. */
    public FaultCounts faults() {
        return faults;
    }

    /** From now on every response closes its connection. */
    public void drain() {
        isDraining = true;
    }

    public boolean isDraining() {
        return isDraining;
    }

    Overload overload() {
        return overload;
    }

    /** Requests in flight on all event loops. */
    public int activeRequests() {
        return activeRequests.get();
    }

    /** Counts a request; returns how many are in flight with it. */
    int requestStarted() {
        return activeRequests.incrementAndGet();
    }

    void requestEnded() {
        activeRequests.decrementAndGet();
    }
}
