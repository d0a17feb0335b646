package weft.proxy.health;

import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;
import weft.proxy.telemetry.MetricSource;
import weft.proxy.upstream.Addresses;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.HealthWatch;
import weft.proxy.upstream.Unhealthy;
import weft.proxy.upstream.UpstreamConnector;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;

/**
 * Probes what is watched and marks what fails. Thread-safe; its lock is held for moments.
 *
 * <p>An address is probed once for all clusters that watch it with equal settings. What the probes found goes on as long
 * as somebody watches it so, across changes of rules.
 */
public final class HealthChecker implements HealthWatch, MetricSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecker.class);

    private final UpstreamConnector connector;
    private final Class<? extends SocketChannel> channelType;
    private final List<Worker> workers;
    private final SharedHealth shared;
    private final List<ProbeSlots> slots = new ArrayList<>();
    private final Map<Target, Watched> watched = new HashMap<>();
    /** Whose verdict counts for an endpoint: that of the settings it was watched with last. */
    private final Map<EndpointState, EndpointCheck> deciding = new HashMap<>();

    private final Map<String, HealthCounts> counts = new TreeMap<>();
    private final Results results = new Results();
    private int nextWorker;

    private record Target(HealthCheck settings, InetSocketAddress address) {}

    /** A check with those who watch it: how often each, and for which clusters. */
    private record Watched(
            EndpointCheck check, Map<EndpointState, Integer> endpoints, Map<EndpointState, String> clusters) {}

    /** @param shared where the findings of checks go that are to be shared */
    public HealthChecker(UpstreamConnector connector, Workers workers, SharedHealth shared) {
        this.shared = shared;
        this.connector = connector;
        this.channelType = workers.socketChannel();
        this.workers = workers.all();
        this.workers.forEach(worker -> slots.add(new ProbeSlots(worker.eventLoop())));
    }

    @Override
    public synchronized CompletableFuture<?> watch(
            HealthCheck settings, String cluster, EndpointState endpoint, boolean mayServe) {
        Target target = new Target(settings, endpoint.address());
        Watched known = watched.get(target);
        Watched one = known;
        if (one == null) {
            one = new Watched(check(target, mayServe), new HashMap<>(), new HashMap<>());
            watched.put(target, one);
        }
        one.endpoints().merge(endpoint, 1, Integer::sum);
        one.clusters().put(endpoint, cluster);
        counts.computeIfAbsent(cluster, name -> new HealthCounts());
        deciding.put(endpoint, one.check());
        endpoint.mark(Unhealthy.FAILED_CHECK, !one.check().isHealthy());
        if (known == null) {
            one.check().start();
        }
        return one.check().firstVerdict();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // checks are what they are
    public synchronized void release(HealthCheck settings, EndpointState endpoint) {
        Target target = new Target(settings, endpoint.address());
        Watched one = watched.get(target);
        if (one == null || one.endpoints().computeIfPresent(endpoint, (key, n) -> n == 1 ? null : n - 1) != null) {
            return;
        }
        one.clusters().remove(endpoint);
        if (deciding.get(endpoint) == one.check()) {
            deciding.remove(endpoint);
            endpoint.mark(Unhealthy.FAILED_CHECK, false);
        }
        if (one.endpoints().isEmpty()) {
            watched.remove(target);
            one.check().stop();
        }
    }

    private EndpointCheck check(Target target, boolean mayServe) {
        int index = nextWorker;
        nextWorker = (nextWorker + 1) % workers.size();
        Worker worker = workers.get(index);
        return new EndpointCheck(
                target.settings(),
                target.address(),
                worker,
                prober(target, worker),
                slots.get(index),
                shared,
                mayServe,
                results);
    }

    private Prober prober(Target target, Worker worker) {
        ProbeTarget to = new ProbeTarget(
                worker, channelType, target.address(), target.settings().timeoutMillis());
        HealthProbe probe = target.settings().probe();
        if (probe instanceof HealthProbe.Http http) {
            return new HttpProber(http, connector, to);
        }
        return probe instanceof HealthProbe.Grpc grpc
                ? new GrpcProber(grpc, to)
                : new TcpProber((HealthProbe.Tcp) probe, to);
    }

    /** Takes what checks find; called on event loops. */
    private final class Results implements EndpointCheck.Listener {
        @Override
        public void probed(EndpointCheck check, ProbeResult result) {
            count(check, result);
        }

        @Override
        public long requests(EndpointCheck check) {
            return requestsTo(check);
        }

        @Override
        public void judged(EndpointCheck check, String details) {
            mark(check, details);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private @Nullable Watched of(EndpointCheck check) {
        Watched one = watched.get(new Target(check.settings(), check.address()));
        return one == null || one.check() != check ? null : one;
    }

    private synchronized void count(EndpointCheck check, ProbeResult result) {
        Watched one = of(check);
        if (one != null) {
            for (String cluster : Set.copyOf(one.clusters().values())) {
                HealthCounts each = counts.get(cluster);
                if (each != null) {
                    each.count(result);
                }
            }
            if (result.isPassed() && check.isHealthy()) {
                one.endpoints().keySet().forEach(EndpointState::passedCheck);
            }
        }
    }

    private synchronized long requestsTo(EndpointCheck check) {
        Watched one = of(check);
        return one == null
                ? 0
                : one.endpoints().keySet().stream()
                        .mapToLong(EndpointState::requests)
                        .sum();
    }

    @SuppressWarnings("ReferenceEquality")
    private synchronized void mark(EndpointCheck check, String details) {
        Watched one = of(check);
        if (one == null) {
            return;
        }
        boolean isChanged = false;
        for (EndpointState endpoint : one.endpoints().keySet()) {
            if (deciding.get(endpoint) == check && endpoint.is(Unhealthy.FAILED_CHECK) == check.isHealthy()) {
                endpoint.mark(Unhealthy.FAILED_CHECK, !check.isHealthy());
                isChanged = true;
            }
        }
        if (isChanged) {
            tell(one, details);
        }
    }

    private static void tell(Watched one, String details) {
        String cluster = one.clusters().values().stream().min(String::compareTo).orElse("");
        String endpoint = Addresses.hostPort(one.check().address());
        if (one.check().isHealthy()) {
            LOG.info("endpoint passes its health check cluster={} endpoint={}", cluster, endpoint);
        } else {
            LOG.warn("endpoint fails its health check cluster={} endpoint={} error=\"{}\"", cluster, endpoint, details);
        }
    }

    @Override
    public void collect(Output out) {
        Map<String, HealthCounts> now;
        synchronized (this) {
            now = Map.copyOf(counts);
        }
        now.forEach((cluster, count) -> {
            Map<String, String> labels = Map.of("cluster_name", cluster);
            out.counter("envoy_cluster_health_check_success", "Probes that passed.", labels, count.successes());
            out.counter("envoy_cluster_health_check_failure", "Probes that failed.", labels, count.failures());
            out.counter(
                    "envoy_cluster_health_check_network_failure",
                    "Probes that failed without an answer.",
                    labels,
                    count.networkFailures());
        });
    }

    @Override
    public synchronized void close() {
        watched.values().forEach(one -> one.check().stop());
        watched.clear();
        deciding.clear();
    }
}
