package weft.proxy.exchange;

import java.util.concurrent.atomic.AtomicInteger;
import weft.proxy.telemetry.AccessLog;
import weft.routing.snapshot.ProxyIdentity;

/** What every exchange of the proxy works with: the snapshot in service, the access log, drain state. Thread-safe. */
public final class DataPlane {
    private final AccessLog accessLog;
    private final boolean isEdge;
    private final AtomicInteger activeRequests = new AtomicInteger();
    /*
     * Written by the rule-loader thread only, read by every event loop once per request. The volatile write publishes
     * the snapshot together with its cluster runtimes.
     */
    private volatile ServingSnapshot serving;
    /* Written once, at the beginning of a drain. */
    private volatile boolean isDraining;

    public DataPlane(ServingSnapshot initial, AccessLog accessLog) {
        this.serving = initial;
        this.accessLog = accessLog;
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

    /** From now on every response closes its connection. */
    public void drain() {
        isDraining = true;
    }

    public boolean isDraining() {
        return isDraining;
    }

    /** Requests in flight on all event loops. */
    public int activeRequests() {
        return activeRequests.get();
    }

    void requestStarted() {
        activeRequests.incrementAndGet();
    }

    void requestEnded() {
        activeRequests.decrementAndGet();
    }
}
