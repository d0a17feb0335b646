package weft.proxy.health;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import weft.proxy.health.SharedHealth.Finding;
import weft.proxy.loop.Worker;
import weft.proxy.upstream.Addresses;
import weft.routing.cluster.HealthCheck;

/**
 * The probes of one address with one set of settings, on one event loop. Confined to the event loop, but for
 * {@link #start}, {@link #stop}, {@link #isHealthy} and {@link #firstVerdict}.
 *
 * <p>When the check is shared and another proxy probes, its findings are taken over instead.
 */
final class EndpointCheck {
    /** A lease lasts for so many rounds of probing, */
    private static final int LEASE_ROUNDS = 3;
    /** and no less than this, as reports take a while to get around. */
    private static final long MIN_LEASE_MILLIS = 3_000;

    private final HealthCheck settings;
    private final InetSocketAddress address;
    private final Worker worker;
    private final Prober prober;
    private final ProbeSlots slots;
    private final SharedHealth shared;
    private final String key;
    private final boolean mayServe;
    private final Verdict verdict;
    private final Listener listener;
    private final CompletableFuture<Boolean> firstVerdict = new CompletableFuture<>();
    /* Written on the event loop; read by whoever begins to watch the address. */
    private volatile boolean isHealthy;
    private volatile boolean isStopped;
    private boolean isProbing;
    private long requests;

    /** Hears what becomes of a check. Called on its event loop. */
    interface Listener {
        void probed(EndpointCheck check, ProbeResult result);

        /** How many requests clients sent to the endpoint so far. */
        long requests(EndpointCheck check);

        /** After each finding, be it this proxy's or another's. */
        void judged(EndpointCheck check, String details);
    }

    EndpointCheck(
            HealthCheck settings,
            InetSocketAddress address,
            Worker worker,
            Prober prober,
            ProbeSlots slots,
            SharedHealth shared,
            boolean mayServe,
            Listener listener) {
        this.settings = settings;
        this.address = address;
        this.worker = worker;
        this.prober = prober;
        this.slots = slots;
        this.shared = settings.isShared() ? shared : SharedHealth.NONE;
        this.key = SharedKey.of(settings, address);
        this.mayServe = mayServe;
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

    /** Whether it passed, once the first finding is there. */
    CompletableFuture<Boolean> firstVerdict() {
        return firstVerdict;
    }

    /** Probes at once, then at each interval. */
    void start() {
        shared.follow(key, finding -> worker.eventLoop().execute(() -> adopt(finding)));
        worker.eventLoop().execute(this::due);
    }

    void stop() {
        isStopped = true;
        firstVerdict.complete(isHealthy);
        shared.leave(key);
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
        if (isStopped) {
            return;
        }
        long waitMillis = shared.waitMillis(key, mayServe);
        if (waitMillis > 0) {
            prober.close();
            worker.eventLoop().schedule(this::due, waitMillis, TimeUnit.MILLISECONDS);
        } else {
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
        listener.probed(this, result);
        listener.judged(this, result.details());
        shared.found(key, new Finding(Addresses.hostPort(address), isHealthy, result.details()), leaseMillis());
        firstVerdict.complete(isHealthy);
        long before = requests;
        requests = listener.requests(this);
        boolean isUnused = isHealthy && requests == before;
        long interval = isUnused ? settings.noTrafficMillis() : settings.intervalMillis();
        long jitter = settings.jitterMillis() == 0 ? 0 : worker.random().nextLong(settings.jitterMillis() + 1);
        worker.eventLoop().schedule(this::due, interval + jitter, TimeUnit.MILLISECONDS);
    }

    private long leaseMillis() {
        long round = settings.intervalMillis() + settings.jitterMillis() + settings.timeoutMillis();
        return Math.max(MIN_LEASE_MILLIS, LEASE_ROUNDS * round);
    }

    private void adopt(Finding finding) {
        if (!isStopped) {
            verdict.adopt(finding.isHealthy());
            isHealthy = finding.isHealthy();
            listener.judged(this, finding.details());
            firstVerdict.complete(isHealthy);
        }
    }

    private void ended() {
        isProbing = false;
        slots.release();
    }
}
