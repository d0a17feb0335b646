package weft.proxy.upstream;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import weft.proxy.upstream.OutlierDetector.Ejectable;
import weft.routing.cluster.OutlierDetection;

/**
 * Counts the failures in a row of one address, as Envoy's outlier detection does, and tells the detector when one of the
 * limits is reached. Thread-safe.
 *
 * <p>Event loops report without a lock: a count that two loops raise at once reaches its limit once. Where failures of
 * this side are not split off, one to connect counts as a 503 and a timeout as a 504.
 */
final class OutlierMonitor {
    private final OutlierDetector detector;
    private final OutlierDetection settings;
    private final String address;
    private final List<Ejectable> endpoints = new CopyOnWriteArrayList<>();
    private final AtomicLong consecutive5xx = new AtomicLong();
    private final AtomicLong consecutiveGatewayFailure = new AtomicLong();
    private final AtomicLong consecutiveLocalOriginFailure = new AtomicLong();

    /* The detector's, under its lock. */
    int ejections;
    int backoff;
    long ejectedNanos;

    @Nullable
    Long readmittedNanos;
    /* Written under the detector's lock, read by anyone. */
    private volatile boolean isEjected;

    OutlierMonitor(OutlierDetector detector, OutlierDetection settings, String address) {
        this.detector = detector;
        this.settings = settings;
        this.address = address;
    }

    /** The endpoint answered; the status of a gRPC answer as the HTTP status that means the same. */
    void answered(int status) {
        count(settings.countedStatus(status));
    }

    /** A connection is there; what the endpoint will answer on it is not known yet. */
    void connected() {
        if (settings.splitExternalLocalOriginErrors()) {
            reset(consecutiveLocalOriginFailure);
        }
    }

    /** A connection is there, and nothing else will be known of it. */
    void connectedFinally() {
        if (settings.splitExternalLocalOriginErrors()) {
            reset(consecutiveLocalOriginFailure);
        } else {
            count(200);
        }
    }

    /** No connection came about, or it broke before an answer was whole. */
    void failed() {
        localOrigin(503);
    }

    /** No answer came in time. */
    void timedOut() {
        localOrigin(504);
    }

    private void localOrigin(int status) {
        if (!settings.splitExternalLocalOriginErrors()) {
            count(status);
        } else if (consecutiveLocalOriginFailure.incrementAndGet() == settings.consecutiveLocalOriginFailure()) {
            detector.onFailures(this, OutlierCause.CONSECUTIVE_LOCAL_ORIGIN_FAILURE);
        }
    }

    private void count(int status) {
        if (status < 500) {
            reset(consecutive5xx);
            reset(consecutiveGatewayFailure);
            return;
        }
        boolean isGateway = status >= 502 && status <= 504;
        if (!isGateway) {
            reset(consecutiveGatewayFailure);
        } else if (consecutiveGatewayFailure.incrementAndGet() == settings.consecutiveGatewayFailure()) {
            detector.onFailures(this, OutlierCause.CONSECUTIVE_GATEWAY_FAILURE);
        }
        if (consecutive5xx.incrementAndGet() == settings.consecutive5xx()) {
            detector.onFailures(this, OutlierCause.CONSECUTIVE_5XX);
        }
    }

    /** Nearly every answer comes by here: as long as all is well nothing is written. */
    private static void reset(AtomicLong count) {
        if (count.get() != 0) {
            count.set(0);
        }
    }

    void reset(OutlierCause cause) {
        switch (cause) {
            case CONSECUTIVE_5XX -> consecutive5xx.set(0);
            case CONSECUTIVE_GATEWAY_FAILURE -> consecutiveGatewayFailure.set(0);
            case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> consecutiveLocalOriginFailure.set(0);
        }
    }

    boolean isEjected() {
        return isEjected;
    }

    void ejected(boolean is) {
        isEjected = is;
        endpoints.forEach(endpoint -> endpoint.ejected(is));
    }

    /** Adds an endpoint of this address, which learns at once what holds. */
    void add(Ejectable endpoint) {
        endpoints.add(endpoint);
        endpoint.ejected(isEjected);
    }

    /** A health check found it well, which is worth more than what was counted. */
    void passedCheck() {
        detector.onCheckPassed(this);
    }

    /** The endpoint is gone. */
    void forget(Ejectable endpoint) {
        detector.forget(this, endpoint);
    }

    /** Takes an endpoint off; whether it was the last. */
    boolean remove(Ejectable endpoint) {
        endpoints.remove(endpoint);
        return endpoints.isEmpty();
    }

    String address() {
        return address;
    }
}
