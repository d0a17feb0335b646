package weft.proxy.upstream;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.routing.cluster.OutlierDetection;

/**
 * Ejects the addresses of one cluster whose failures in a row reach a limit, and readmits them in time, as Envoy does.
 * Thread-safe.
 *
 * <p>An ejection lasts as many times its base as there were of late; each sweep that finds an address back for an interval
 * or more forgives it one. Sweeps are scheduled only while there is somebody to readmit or to forgive. What is known of an
 * address lives as long as the settings stay equal and one endpoint has it, whatever else of the cluster changes.
 */
final class OutlierDetector {
    private static final Logger LOG = LoggerFactory.getLogger(OutlierDetector.class);

    /** Learns that it is ejected, or no longer. */
    @FunctionalInterface
    interface Ejectable {
        void ejected(boolean is);
    }

    /** Runs something once, later, on any thread. */
    @FunctionalInterface
    interface Timer {
        void schedule(Runnable task, long delayMillis);
    }

    private final String cluster;
    private final OutlierDetection settings;
    private final LongSupplier nanoClock;
    private final Timer timer;
    private final Map<String, OutlierMonitor> monitors = new HashMap<>();
    private final OutlierCounts counts = new OutlierCounts();
    private boolean isSweepScheduled;
    private @Nullable Long overflowLoggedNanos;

    OutlierDetector(String cluster, OutlierDetection settings, LongSupplier nanoClock, Timer timer) {
        this.cluster = cluster;
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.timer = timer;
    }

    OutlierDetection settings() {
        return settings;
    }

    /** Watches an endpoint; those of one address are one to it. */
    synchronized OutlierMonitor watch(String address, Ejectable endpoint) {
        OutlierMonitor monitor = monitors.computeIfAbsent(address, key -> new OutlierMonitor(this, settings, address));
        monitor.add(endpoint);
        return monitor;
    }

    /** The endpoint is gone. */
    synchronized void forget(OutlierMonitor monitor, Ejectable endpoint) {
        if (monitor.remove(endpoint) && monitors.remove(monitor.address(), monitor) && monitor.isEjected()) {
            counts.ended();
        }
    }

    /** A limit was reached; whatever comes of it, counting for it begins anew. */
    synchronized void onFailures(OutlierMonitor monitor, OutlierCause cause) {
        if (monitor.isEjected() || monitors.get(monitor.address()) != monitor) {
            return;
        }
        counts.reached(cause);
        if (settings.mayEject(counts.active(), monitors.size())) {
            eject(monitor, cause);
        } else {
            counts.overflowed();
            tellOverflow(monitor, cause);
        }
        monitor.reset(cause);
    }

    /** An active health check passed: as Envoy's, that ends an ejection before its time. */
    synchronized void onCheckPassed(OutlierMonitor monitor) {
        if (monitor.isEjected() && monitors.get(monitor.address()) == monitor) {
            readmit(monitor, nanoClock.getAsLong());
        }
    }

    /** Once per interval at most: a sick endpoint that stays may reach its limits many times a second. */
    private void tellOverflow(OutlierMonitor monitor, OutlierCause cause) {
        long now = nanoClock.getAsLong();
        if (overflowLoggedNanos != null && now - overflowLoggedNanos < intervalNanos()) {
            return;
        }
        overflowLoggedNanos = now;
        LOG.info(
                "endpoint not ejected cluster={} endpoint={} cause={} ejected={} endpoints={} maxEjectionPercent={}",
                cluster,
                monitor.address(),
                cause.words(),
                counts.active(),
                monitors.size(),
                settings.maxEjectionPercent());
    }

    private long intervalNanos() {
        return TimeUnit.MILLISECONDS.toNanos(settings.intervalMillis());
    }

    private void eject(OutlierMonitor monitor, OutlierCause cause) {
        counts.ejected(cause);
        monitor.ejections++;
        monitor.ejectedNanos = nanoClock.getAsLong();
        if (monitor.backoff * settings.baseEjectionMillis()
                < settings.maxEjectionMillis() + settings.baseEjectionMillis()) {
            monitor.backoff++;
        }
        monitor.ejected(true);
        LOG.info(
                "endpoint ejected cluster={} endpoint={} cause={} ejections={} millis={}",
                cluster,
                monitor.address(),
                cause.words(),
                monitor.ejections,
                settings.ejectionMillis(monitor.backoff));
        scheduleSweep();
    }

    private void readmit(OutlierMonitor monitor, long now) {
        counts.ended();
        for (OutlierCause cause : OutlierCause.values()) {
            monitor.reset(cause);
        }
        monitor.readmittedNanos = now;
        monitor.ejected(false);
        LOG.info("endpoint readmitted cluster={} endpoint={}", cluster, monitor.address());
    }

    private void scheduleSweep() {
        if (!isSweepScheduled) {
            isSweepScheduled = true;
            timer.schedule(this::sweep, settings.intervalMillis());
        }
    }

    private synchronized void sweep() {
        isSweepScheduled = false;
        long now = nanoClock.getAsLong();
        boolean isNeeded = false;
        for (OutlierMonitor monitor : monitors.values()) {
            if (monitor.isEjected()
                    && now - monitor.ejectedNanos
                            >= TimeUnit.MILLISECONDS.toNanos(settings.ejectionMillis(monitor.backoff))) {
                readmit(monitor, now);
            }
            if (!monitor.isEjected() && isBackFor(monitor, now) && monitor.backoff > 0) {
                monitor.backoff--;
            }
            isNeeded |= monitor.isEjected() || monitor.backoff > 0;
        }
        if (isNeeded) {
            scheduleSweep();
        }
    }

    private boolean isBackFor(OutlierMonitor monitor, long now) {
        Long since = monitor.readmittedNanos;
        return since != null && now - since >= intervalNanos();
    }

    OutlierCounts counts() {
        return counts;
    }
}
