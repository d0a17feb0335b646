package weft.proxy.health;

import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.upstream.UpstreamConnector;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.schema.ExecHealthCheckConfig;
import weft.schema.GrpcHealthCheckConfig;
import weft.schema.HTTPHealthCheckConfig;
import weft.schema.ReadinessProbe;
import weft.schema.TCPHealthCheckConfig;

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
    private static final StatusRange READY = new StatusRange(200, 399);

    private final Worker worker;
    private final Prober prober;
    private final Verdict verdict;
    private final Consumer<Boolean> listener;
    private final long delayMillis;
    private final long periodMillis;
    private final long timeoutMillis;
    private boolean isProbing;
    private volatile boolean isClosed;

    private ReadinessCheck(
            ReadinessProbe probe, Worker worker, Prober prober, long timeoutMillis, Consumer<Boolean> listener) {
        this.worker = worker;
        this.prober = prober;
        this.listener = listener;
        this.timeoutMillis = timeoutMillis;
        delayMillis = TimeUnit.SECONDS.toMillis(probe.getInitialDelaySeconds());
        periodMillis = TimeUnit.SECONDS.toMillis(or(probe.getPeriodSeconds(), DEFAULT_PERIOD_SECONDS));
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
     * @param address where a port of the workload is reached from here, for probes that name no host
     * @param listener told on the event loop whenever the answer changes, first when the workload is ready
     */
    public static ReadinessCheck start(
            ReadinessProbe probe,
            Worker worker,
            UpstreamConnector connector,
            Class<? extends SocketChannel> channelType,
            IntFunction<InetSocketAddress> address,
            Consumer<Boolean> listener) {
        long timeoutMillis = TimeUnit.SECONDS.toMillis(or(probe.getTimeoutSeconds(), DEFAULT_TIMEOUT_SECONDS));
        Prober prober = prober(probe, worker, connector, channelType, address, timeoutMillis);
        ReadinessCheck check = new ReadinessCheck(probe, worker, prober, timeoutMillis, listener);
        worker.eventLoop().schedule(check::probe, check.delayMillis, TimeUnit.MILLISECONDS);
        return check;
    }

    private static Prober prober(
            ReadinessProbe probe,
            Worker worker,
            UpstreamConnector connector,
            Class<? extends SocketChannel> channelType,
            IntFunction<InetSocketAddress> address,
            long timeoutMillis) {
        HTTPHealthCheckConfig http = probe.getHttpGet();
        TCPHealthCheckConfig tcp = probe.getTcpSocket();
        GrpcHealthCheckConfig grpc = probe.getGrpc();
        ExecHealthCheckConfig exec = probe.getExec();
        if (http != null) {
            InetSocketAddress to = at(http.getHost(), (int) http.getPort(), address);
            return new HttpProber(question(http, to), connector, worker, to, timeoutMillis);
        }
        if (grpc != null) {
            InetSocketAddress to = address.apply((int) grpc.getPort());
            return new GrpcProber(
                    new HealthProbe.Grpc(grpc.getService(), to.getHostString()),
                    channelType,
                    worker,
                    to,
                    timeoutMillis);
        }
        if (exec != null) {
            return new ExecProber(exec.getCommand(), worker.eventLoop());
        }
        InetSocketAddress to = tcp == null ? address.apply(0) : at(tcp.getHost(), (int) tcp.getPort(), address);
        return new TcpProber(new HealthProbe.Tcp("", List.of()), channelType, worker, to, timeoutMillis);
    }

    private static InetSocketAddress at(String host, int port, IntFunction<InetSocketAddress> address) {
        return host.isEmpty() ? address.apply(port) : InetSocketAddress.createUnresolved(host, port);
    }

    private static HealthProbe.Http question(HTTPHealthCheckConfig http, InetSocketAddress to) {
        Map<String, String> headers = new HashMap<>();
        http.getHttpHeaders()
                .forEach(header -> headers.put(header.getName().toLowerCase(Locale.ROOT), header.getValue()));
        String host = headers.remove("host");
        return new HealthProbe.Http(
                "GET",
                http.getPath().isEmpty() ? "/" : http.getPath(),
                host == null ? to.getHostString() + ":" + to.getPort() : host,
                List.of(READY),
                List.of(),
                headers);
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
        if (verdict.record(result.isPassed() ? result : ProbeResult.network(result.details()))) {
            listener.accept(verdict.isHealthy());
        }
        worker.eventLoop().schedule(this::probe, periodMillis, TimeUnit.MILLISECONDS);
    }

    /** No more is told from now on. */
    @Override
    public void close() {
        isClosed = true;
        worker.eventLoop().execute(prober::abort);
    }

    /** Whether it probes in a way that this proxy has. */
    public static @Nullable String refusal(ReadinessProbe probe) {
        HTTPHealthCheckConfig http = probe.getHttpGet();
        return http != null && http.getScheme().equals("HTTPS")
                ? "probe.httpGet.scheme: HTTPS is not spoken (expected: HTTP)"
                : null;
    }
}
