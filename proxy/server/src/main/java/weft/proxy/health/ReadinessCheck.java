package weft.proxy.health;

import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import weft.proxy.loop.Worker;
import weft.proxy.upstream.HostResolver;
import weft.proxy.upstream.Http1Connector;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.schema.ReadinessProbe;

/**
 * Finds out whether the workload beside this sidecar is ready, by the probe of its WorkloadGroup. Thread-safe; probes run
 * on one event loop.
 *
 * <p>Figures are Kubernetes': every failure counts towards the threshold, and the workload is not ready at first.
 */
public final class ReadinessCheck implements AutoCloseable {
    private static final int DEFAULT_TIMEOUT_SECONDS = 1;
    private static final int DEFAULT_PERIOD_SECONDS = 10;
    private static final int DEFAULT_SUCCESSES = 1;
    private static final int DEFAULT_FAILURES = 3;

    private final Worker worker;
    private final Prober prober;
    private final Verdict verdict;
    private final Listener listener;
    private final long delayMillis;
    private final long periodMillis;
    private final long timeoutMillis;
    private boolean isProbing;
    private boolean isFirst = true;
    private volatile boolean isClosed;

    /** Hears how the workload is. */
    @FunctionalInterface
    public interface Listener {
        /** @param details why it is not ready */
        void judged(boolean isReady, String details);
    }

    /**
     * How the workload is reached from here. Immutable.
     *
     * @param connector for probes by HTTP
     * @param resolver for hosts that probes name
     * @param local where a port of the workload is reached, for probes that name no host
     */
    public record Reach(
            Worker worker,
            Http1Connector connector,
            Class<? extends SocketChannel> channelType,
            HostResolver resolver,
            IntFunction<InetSocketAddress> local) {}

    private ReadinessCheck(ReadinessProbe probe, Reach reach, Listener listener, long secondMillis) {
        worker = reach.worker();
        this.listener = listener;
        timeoutMillis = or(probe.getTimeoutSeconds(), DEFAULT_TIMEOUT_SECONDS) * secondMillis;
        prober = ReadinessProbers.of(probe, reach, timeoutMillis);
        delayMillis = probe.getInitialDelaySeconds() * secondMillis;
        periodMillis = or(probe.getPeriodSeconds(), DEFAULT_PERIOD_SECONDS) * secondMillis;
        HealthCheck settings = new HealthCheck(
                new HealthProbe.Tcp("", List.of()),
                periodMillis,
                timeoutMillis,
                or(probe.getFailureThreshold(), DEFAULT_FAILURES),
                or(probe.getSuccessThreshold(), DEFAULT_SUCCESSES),
                0,
                false);
        verdict = new Verdict(settings, false);
        verdict.adopt(false); // else one success would do, whatever the threshold
    }

    private static int or(int value, int unset) {
        return value == 0 ? unset : value;
    }

    /**
     * Begins to probe.
     *
     * @param listener told on the event loop whenever the answer changes, and once when the first probe fails
     */
    public static ReadinessCheck start(ReadinessProbe probe, Reach reach, Listener listener) {
        return start(probe, reach, listener, TimeUnit.SECONDS.toMillis(1));
    }

    /** @param secondMillis what a second of the probe's figures lasts */
    static ReadinessCheck start(ReadinessProbe probe, Reach reach, Listener listener, long secondMillis) {
        ReadinessCheck check = new ReadinessCheck(probe, reach, listener, secondMillis);
        reach.worker().eventLoop().schedule(check::probe, check.delayMillis, TimeUnit.MILLISECONDS);
        return check;
    }

    private void probe() {
        if (isClosed) {
            return;
        }
        isProbing = true;
        var timeout = worker.eventLoop().schedule(this::onTimeout, timeoutMillis, TimeUnit.MILLISECONDS);
        prober.probe(result -> {
            timeout.cancel(false);
            onResult(result);
        });
    }

    private void onTimeout() {
        if (isProbing) {
            prober.abort();
            onResult(ProbeResult.network("timeout"));
        }
    }

    private void onResult(ProbeResult result) {
        if (!isProbing || isClosed) {
            return;
        }
        isProbing = false;
        boolean isChanged = verdict.record(result.isPassed() ? result : ProbeResult.network(result.details()));
        if (isChanged || (isFirst && !result.isPassed())) {
            listener.judged(verdict.isHealthy(), result.details());
        }
        isFirst = false;
        worker.eventLoop().schedule(this::probe, periodMillis, TimeUnit.MILLISECONDS);
    }

    /** No more is told from now on. */
    @Override
    public void close() {
        isClosed = true;
        worker.eventLoop().execute(prober::abort);
    }
}
