package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.proxy.loop.Workers;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;

/** Endpoints found by name, as names change their addresses or stop resolving. */
class DnsDiscoveryTest {
    private final Workers workers = Workers.start(1, 1);
    private final Map<String, List<String>> zone = new HashMap<>();
    private final RecordingScheduler scheduler = new RecordingScheduler();

    @AfterEach
    void stop() {
        workers.close();
        scheduler.shutdownNow();
    }

    /** Runs what is due when the test says so. */
    private static final class RecordingScheduler extends ScheduledThreadPoolExecutor {
        private @Nullable Callable<?> due;
        private long seconds;

        RecordingScheduler() {
            super(1);
        }

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
            due = task;
            seconds = unit.toSeconds(delay);
            return super.schedule(task, 1, TimeUnit.DAYS);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            due = () -> {
                task.run();
                return 0;
            };
            seconds = unit.toSeconds(delay);
            return super.schedule(task, 1, TimeUnit.DAYS);
        }

        void runDue() {
            try {
                Objects.requireNonNull(due).call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private CompletableFuture<List<InetAddress>> resolve(String host) {
        List<String> addresses = zone.get(host);
        if (addresses == null) {
            return CompletableFuture.failedFuture(new UnknownHostException(host));
        }
        List<InetAddress> found = new ArrayList<>();
        for (String address : addresses) {
            found.add(Objects.requireNonNull(HostResolver.literal(address, 0)).getAddress());
        }
        return CompletableFuture.completedFuture(found);
    }

    private ClusterRuntime cluster(Discovery discovery, String... names) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String name : names) {
            endpoints.add(new Endpoint(name, 8_080, 1, Map.of(), "", name));
        }
        Cluster cluster = new Cluster(
                "outbound|80||cart.test",
                "cart.test",
                "default",
                80,
                "",
                discovery,
                endpoints,
                LoadBalancing.of(Cluster.LbPolicy.ROUND_ROBIN),
                ConnectionPoolSettings.DEFAULT);
        ClusterState state = new ClusterState(
                cluster.connectionPool(), (worker, address, timeout, observer) -> {}, workers.all(), System::nanoTime);
        return new ClusterRuntime(
                cluster,
                state,
                EndpointSet.EMPTY,
                new OriginalDestinations(state, workers.all(), this::resolve, address -> false),
                HealthWatch.NONE,
                () -> Draining.NOBODY);
    }

    private DnsDiscovery started(ClusterRuntime cluster) {
        DnsDiscovery discovery = new DnsDiscovery(cluster, this::resolve, scheduler);
        discovery.start().join();
        return discovery;
    }

    private static List<String> endpoints(ClusterRuntime cluster) {
        return cluster.endpoints().stream().map(EndpointState::hostPort).toList();
    }

    @Test
    void strictTakesEveryAddressOfEveryName() {
        zone.put("a.test", List.of("10.0.0.1", "10.0.0.2"));
        zone.put("b.test", List.of("10.0.1.1"));
        ClusterRuntime cluster = cluster(Discovery.STRICT_DNS, "a.test", "b.test", "10.9.9.9");
        started(cluster);
        assertThat(endpoints(cluster))
                .containsExactly("10.0.0.1:8080", "10.0.0.2:8080", "10.0.1.1:8080", "10.9.9.9:8080");
        assertThat(scheduler.seconds).as("Istio's refresh rate").isEqualTo(60);
    }

    @Test
    void logicalTakesTheFirstAddress() {
        zone.put("a.test", List.of("10.0.0.1", "10.0.0.2"));
        ClusterRuntime cluster = cluster(Discovery.LOGICAL_DNS, "a.test");
        started(cluster);
        assertThat(endpoints(cluster)).containsExactly("10.0.0.1:8080");
        zone.put("a.test", List.of("10.0.0.2", "10.0.0.1"));
        scheduler.runDue();
        assertThat(endpoints(cluster)).containsExactly("10.0.0.2:8080");
    }

    @Test
    void anAddressThatStaysKeepsItsStateAndOneThatGoesIsForgotten() {
        zone.put("a.test", List.of("10.0.0.1", "10.0.0.2"));
        ClusterRuntime cluster = cluster(Discovery.STRICT_DNS, "a.test");
        started(cluster);
        EndpointState staying = cluster.endpoints().get(1);
        zone.put("a.test", List.of("10.0.0.2", "10.0.0.3"));
        scheduler.runDue();
        assertThat(endpoints(cluster)).containsExactly("10.0.0.2:8080", "10.0.0.3:8080");
        assertThat(cluster.endpoints().get(0)).isSameAs(staying);
    }

    @Test
    void aNameThatStopsResolvingKeepsItsLastAddressesAndIsTriedAgainSoon() {
        zone.put("a.test", List.of("10.0.0.1"));
        zone.put("b.test", List.of("10.0.1.1"));
        ClusterRuntime cluster = cluster(Discovery.STRICT_DNS, "a.test", "b.test");
        started(cluster);
        zone.remove("a.test");
        zone.put("b.test", List.of("10.0.1.2"));
        scheduler.runDue();
        assertThat(endpoints(cluster)).containsExactly("10.0.0.1:8080", "10.0.1.2:8080");
        assertThat(scheduler.seconds).isEqualTo(5);
        zone.put("a.test", List.of());
        scheduler.runDue();
        assertThat(endpoints(cluster)).containsExactly("10.0.0.1:8080", "10.0.1.2:8080");
        zone.put("a.test", List.of("10.0.0.9"));
        scheduler.runDue();
        assertThat(endpoints(cluster)).containsExactly("10.0.0.9:8080", "10.0.1.2:8080");
        assertThat(scheduler.seconds).isEqualTo(60);
    }

    @Test
    void aStoppedDiscoveryChangesNothingMore() {
        zone.put("a.test", List.of("10.0.0.1"));
        ClusterRuntime cluster = cluster(Discovery.STRICT_DNS, "a.test");
        DnsDiscovery discovery = started(cluster);
        discovery.stop();
        zone.put("a.test", List.of("10.0.0.2"));
        scheduler.runDue();
        assertThat(endpoints(cluster)).containsExactly("10.0.0.1:8080");
    }

    @Test
    void noMoreAddressesAreTakenThanPoolsCanBeKept() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add("10.0." + i / 250 + "." + (1 + i % 250));
        }
        zone.put("a.test", many);
        ClusterRuntime cluster = cluster(Discovery.STRICT_DNS, "a.test");
        started(cluster);
        assertThat(cluster.endpoints())
                .hasSize(256)
                .extracting(EndpointState::address)
                .doesNotContainNull();
        assertThat(cluster.endpoints().get(0).address()).isEqualTo(new InetSocketAddress("10.0.0.1", 8_080));
    }
}
