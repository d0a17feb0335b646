package weft.proxy.health;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.routing.cluster.HealthCheck;

/**
 * The probes of one address with one set of settings, on one event loop. Confined to the event loop, but for
 * {@link #start}, {@link #stop}, {@link #isHealthy} and {@link #firstVerdict}.
 */
final class EndpointCheck {
    private final HealthCheck settings;
    private final InetSocketAddress address;
    private final Worker worker;
    private final Prober prober;
    private final ProbeSlots slots;
    private final Verdict verdict;
    private final BiConsumer<EndpointCheck, ProbeResult> listener;
    private final CompletableFuture<Boolean> firstVerdict = new CompletableFuture<>();
    /* Written on the event loop; read by whoever begins to watch the address. */
    private volatile boolean isHealthy;
    private volatile boolean isStopped;
    private boolean isProbing;

    /** @param listener hears of each result, after the verdict was made */
    EndpointCheck(
            HealthCheck settings,
            InetSocketAddress address,
            Worker worker,
            Prober prober,
            ProbeSlots slots,
            boolean mayServe,
            BiConsumer<EndpointCheck, ProbeResult> listener) {
        this.settings = settings;
        this.address = address;
        this.worker = worker;
        this.prober = prober;
        this.slots = slots;
        this.verdict = new Verdict(settings, mayServe);
        this.isHealthy = mayServe;
        this.listener = listener;
    }

    HealthCheck settings() {
        return settings;
    }

    InetSocketAddress address() {
        return address;
    }

    boolean isHealthy() {
        return isHealthy;
    }

    /** Whether it passed, once the first probe has told. */
    CompletableFuture<Boolean> firstVerdict() {
        return firstVerdict;
    }

    /** Probes at once, then at each interval. */
    void start() {
        worker.eventLoop().execute(this::due);
    }

    void stop() {
        isStopped = true;
        firstVerdict.complete(isHealthy);
        if (!worker.eventLoop().isShuttingDown()) {
            worker.eventLoop().execute(() -> {
                if (isProbing) {
                    prober.abort();
                    ended();
                } else {
                    prober.close();
                }
            });
        }
    }

    private void due() {
        if (!isStopped) {
            slots.acquire(this::probe);
        }
    }

    private void probe() {
        if (isStopped) {
            slots.release();
            return;
        }
        isProbing = true;
        var timeout = worker.eventLoop().schedule(this::onTimeout, settings.timeoutMillis(), TimeUnit.MILLISECONDS);
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
        if (!isProbing) {
            return;
        }
        ended();
        if (isStopped) {
            prober.close();
            return;
        }
        verdict.record(result);
        isHealthy = verdict.isHealthy();
        listener.accept(this, result);
        firstVerdict.complete(isHealthy);
        long jitter = settings.jitterMillis() == 0 ? 0 : worker.random().nextLong(settings.jitterMillis() + 1);
        worker.eventLoop().schedule(this::due, settings.intervalMillis() + jitter, TimeUnit.MILLISECONDS);
    }

    private void ended() {
        isProbing = false;
        slots.release();
    }

    @Override
    public @Nullable String toString() {
        return address.toString();
    }
}
