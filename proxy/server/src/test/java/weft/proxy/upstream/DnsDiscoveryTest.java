package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.proxy.loop.Workers;
import weft.proxy.testing.FakeTimer;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;

/** Endpoints found by name, as names change their addresses, stop resolving or vanish. */
class DnsDiscoveryTest {
    private static final long SEED = 20_261_130;

    /** A name's time to live in these tests, and how late a look may come by the jitter. */
    private static final long TTL_MILLIS = 30_000;

    private static final long TTL_AND_JITTER_MILLIS = TTL_MILLIS + TTL_MILLIS / 10 + 5;

    private final Workers workers = Workers.start(1, 1);
    private final Map<String, List<String>> zone = new HashMap<>();
    private final FakeTimer timer = new FakeTimer();
    private long ttlMillis = TTL_MILLIS;
    private int lookups;

    @AfterEach
    void stop() {
        workers.close();
    }

    private CompletableFuture<HostResolver.Resolution> resolve(String host) {
        lookups++;
        List<String> addresses = zone.get(host);
        if (addresses == null) {
            return CompletableFuture.failedFuture(new UnknownHostException(host));
        }
        List<InetAddress> found = new ArrayList<>();
        for (String address : addresses) {
            found.add(Objects.requireNonNull(HostResolver.literal(address, 0)).getAddress());
        }
        return CompletableFuture.completedFuture(new HostResolver.Resolution(found, ttlMillis));
    }

    private static Cluster configured(Discovery discovery, String... names) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String name : names) {
            endpoints.add(new Endpoint(name, 8_080, 1, Map.of(), "", name));
        }
        return new Cluster(
                "outbound|80||cart.test",
                "cart.test",
                "default",
                80,
                "",
                discovery,
                endpoints,
                LoadBalancing.of(Cluster.LbPolicy.ROUND_ROBIN),
                ConnectionPoolSettings.DEFAULT);
    }

    /** A cluster in service and what keeps its endpoints. */
    private final class InService {
        private final ClusterRuntime cluster;
        private final DnsDiscovery discovery;

        InService(Cluster configured, @Nullable InService before) {
            discovery = new DnsDiscovery(
                    configured,
                    DnsDiscoveryTest.this::resolve,
                    timer::schedule,
                    new SplittableRandom(SEED),
                    before == null ? null : before.discovery);
            ClusterState state = before != null
                    ? before.cluster.state()
                    : new ClusterState(
                            configured.connectionPool(),
                            (worker, address, timeout, observer) -> {},
                            workers.all(),
                            System::nanoTime);
            cluster = new ClusterRuntime(
                    configured,
                    state,
                    state.setOf(discovery.resolved(), configured.loadBalancing(), EndpointSet.EMPTY),
                    new OriginalDestinations(state, workers.all(), DnsDiscoveryTest.this::resolve, address -> false),
                    HealthWatch.NONE,
                    () -> Draining.NOBODY);
            if (before != null) {
                before.discovery.stop();
            }
            discovery.start(cluster).join();
        }

        List<String> endpoints() {
            return cluster.endpoints().stream().map(EndpointState::hostPort).toList();
        }
    }

    private InService started(Discovery discovery, String... names) {
        return new InService(configured(discovery, names), null);
    }

    @Test
    void strictTakesEveryAddressOfEveryName() {
        zone.put("a.test", List.of("10.0.0.1", "10.0.0.2", "2001:db8::1"));
        zone.put("b.test", List.of("10.0.1.1"));
        assertThat(started(Discovery.STRICT_DNS, "a.test", "b.test", "10.9.9.9").endpoints())
                .containsExactly(
                        "10.0.0.1:8080",
                        "10.0.0.2:8080",
                        "[2001:db8:0:0:0:0:0:1]:8080",
                        "10.0.1.1:8080",
                        "10.9.9.9:8080");
    }

    @Test
    void aNameIsAskedForAgainWhenItsTimeToLiveIsOverAndNotBefore() {
        zone.put("a.test", List.of("10.0.0.1"));
        InService service = started(Discovery.STRICT_DNS, "a.test");
        zone.put("a.test", List.of("10.0.0.2"));
        timer.advanceMillis(TTL_MILLIS - 1);
        assertThat(lookups).isEqualTo(1);
        assertThat(service.endpoints()).containsExactly("10.0.0.1:8080");
        timer.advanceMillis(TTL_MILLIS / 10 + 10);
        assertThat(lookups).isEqualTo(2);
        assertThat(service.endpoints()).containsExactly("10.0.0.2:8080");
    }

    @Test
    void timesToLiveAreKeptWithinBounds() {
        zone.put("a.test", List.of("10.0.0.1"));
        ttlMillis = 0;
        started(Discovery.STRICT_DNS, "a.test");
        timer.advanceMillis(999);
        assertThat(lookups).as("not to be kept").isEqualTo(1);
        ttlMillis = Long.MAX_VALUE;
        timer.advanceMillis(101);
        assertThat(lookups).isEqualTo(2);
        timer.advanceMillis(299_999);
        assertThat(lookups).as("for years").isEqualTo(2);
        timer.advanceMillis(30_001);
        assertThat(lookups).isEqualTo(3);
    }

    @Test
    void anAnswerInAnotherOrderChangesNothing() {
        List<String> addresses = new ArrayList<>(List.of("10.0.0.3", "10.0.0.1", "10.0.0.2"));
        zone.put("a.test", addresses);
        InService service = started(Discovery.STRICT_DNS, "a.test");
        EndpointSet set = service.cluster.endpointSet();
        Random random = new Random(SEED);
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(addresses, random);
            timer.advanceMillis(TTL_AND_JITTER_MILLIS);
            assertThat(service.cluster.endpointSet()).isSameAs(set);
        }
        assertThat(lookups).isGreaterThanOrEqualTo(20);
    }

    @Test
    void aLogicalNameKeepsItsAddressWhileThatIsAmongTheAnswers() {
        zone.put("a.test", List.of("10.0.0.1", "10.0.0.2"));
        InService service = started(Discovery.LOGICAL_DNS, "a.test");
        EndpointState first = service.cluster.endpoints().get(0);
        zone.put("a.test", List.of("10.0.0.2", "10.0.0.1"));
        timer.advanceMillis(TTL_AND_JITTER_MILLIS);
        assertThat(service.cluster.endpoints()).containsExactly(first);
        zone.put("a.test", List.of("10.0.0.3", "10.0.0.2"));
        timer.advanceMillis(TTL_AND_JITTER_MILLIS);
        assertThat(service.endpoints()).containsExactly("10.0.0.3:8080");
    }

    @Test
    void aLogicalNameLeavesAnAddressThatNobodyReaches() {
        zone.put("a.test", List.of("10.0.0.1", "10.0.0.2"));
        InService service = started(Discovery.LOGICAL_DNS, "a.test");
        service.cluster.endpoints().get(0).countConnectFailure();
        timer.advanceMillis(TTL_AND_JITTER_MILLIS);
        assertThat(service.endpoints()).containsExactly("10.0.0.2:8080");
        service.cluster.endpoints().get(0).mark(Unhealthy.FAILED_CHECK, true);
        timer.advanceMillis(TTL_AND_JITTER_MILLIS);
        assertThat(service.endpoints()).containsExactly("10.0.0.1:8080");
    }

    @Test
    void anAddressThatStaysKeepsItsStateAndOneThatGoesIsForgotten() {
        zone.put("a.test", List.of("10.0.0.1", "10.0.0.2"));
        InService service = started(Discovery.STRICT_DNS, "a.test");
        EndpointState staying = service.cluster.endpoints().get(1);
        zone.put("a.test", List.of("10.0.0.2", "10.0.0.3"));
        timer.advanceMillis(TTL_AND_JITTER_MILLIS);
        assertThat(service.endpoints()).containsExactly("10.0.0.2:8080", "10.0.0.3:8080");
        assertThat(service.cluster.endpoints().get(0)).isSameAs(staying);
    }

    @Test
    void aNameThatNothingIsFoundOutAboutKeepsItsAddressesAndIsAskedForAgainSoonThenLater() {
        zone.put("a.test", List.of("10.0.0.1"));
        InService service = started(Discovery.STRICT_DNS, "a.test");
        zone.remove("a.test");
        timer.advanceMillis(TTL_AND_JITTER_MILLIS);
        int before = lookups;
        timer.advanceMillis(1_000);
        assertThat(lookups).as("within a second").isEqualTo(before + 1);
        timer.advanceMillis(600_000);
        assertThat(lookups - before).as("in ten minutes").isBetween(10, 30);
        assertThat(service.endpoints()).containsExactly("10.0.0.1:8080");
        zone.put("a.test", List.of("10.0.0.9"));
        timer.advanceMillis(60_010);
        assertThat(service.endpoints()).containsExactly("10.0.0.9:8080");
    }

    @Test
    void aNameThatIsNotThereAnyMoreLosesItsAddressesWhenThatWasSaidThreeTimes() {
        zone.put("a.test", List.of("10.0.0.1"));
        InService service = started(Discovery.STRICT_DNS, "a.test", "10.9.9.9");
        for (int i = 0; i < 2; i++) {
            zone.put("a.test", List.of());
            nextLook();
            nextLook();
            assertThat(service.endpoints()).as("said twice").containsExactly("10.0.0.1:8080", "10.9.9.9:8080");
            zone.put("a.test", List.of("10.0.0.1"));
            nextLook();
        }
        zone.put("a.test", List.of());
        nextLook();
        nextLook();
        nextLook();
        assertThat(service.endpoints()).containsExactly("10.9.9.9:8080");
        zone.put("a.test", List.of("10.0.0.2"));
        timer.advanceMillis(5_510);
        assertThat(service.endpoints()).containsExactly("10.0.0.2:8080", "10.9.9.9:8080");
    }

    private void nextLook() {
        int before = lookups;
        while (lookups == before) {
            timer.advanceMillis(10);
        }
        timer.advanceMillis(10);
    }

    @Test
    void aLogicalNameKeepsItsAddressForGood() {
        zone.put("a.test", List.of("10.0.0.1"));
        InService service = started(Discovery.LOGICAL_DNS, "a.test");
        zone.put("a.test", List.of());
        timer.advanceMillis(600_000);
        assertThat(service.endpoints()).containsExactly("10.0.0.1:8080");
    }

    @Test
    void otherRulesGoOnWithTheAddressesThatWereKnown() {
        zone.put("a.test", List.of("10.0.0.1"));
        zone.put("b.test", List.of("10.0.1.1"));
        InService service = started(Discovery.STRICT_DNS, "a.test", "b.test");
        zone.clear();
        zone.put("c.test", List.of("10.0.2.1"));
        InService next = new InService(configured(Discovery.STRICT_DNS, "b.test", "c.test"), service);
        assertThat(next.endpoints()).containsExactly("10.0.1.1:8080", "10.0.2.1:8080");
    }

    @Test
    void aNameThatHangsHoldsUpNoOther() {
        CompletableFuture<HostResolver.Resolution> never = new CompletableFuture<>();
        Cluster configured = configured(Discovery.STRICT_DNS, "hangs.test", "a.test");
        zone.put("a.test", List.of("10.0.0.1"));
        InService service = started(Discovery.STRICT_DNS);
        new DnsDiscovery(
                        configured,
                        host -> host.equals("hangs.test") ? never : resolve(host),
                        timer::schedule,
                        new SplittableRandom(SEED),
                        null)
                .start(service.cluster);
        timer.advanceMillis(10);
        assertThat(service.endpoints()).containsExactly("10.0.0.1:8080");
    }

    @Test
    void aStoppedDiscoveryChangesNothingMore() {
        zone.put("a.test", List.of("10.0.0.1"));
        InService service = started(Discovery.STRICT_DNS, "a.test");
        service.discovery.stop();
        zone.put("a.test", List.of("10.0.0.2"));
        timer.advanceMillis(600_000);
        assertThat(service.endpoints()).containsExactly("10.0.0.1:8080");
        assertThat(lookups).isEqualTo(1);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void noMoreAddressesAreTakenThanPoolsCanBeKeptAndAlwaysTheSame() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add("10.0." + i / 250 + "." + (1 + i % 250));
        }
        zone.put("a.test", many);
        InService service = started(Discovery.STRICT_DNS, "a.test");
        assertThat(service.cluster.endpoints())
                .hasSize(256)
                .extracting(EndpointState::address)
                .doesNotContainNull();
        assertThat(service.cluster.endpoints().get(0).address()).isEqualTo(new InetSocketAddress("10.0.0.1", 8_080));
        EndpointSet set = service.cluster.endpointSet();
        Collections.shuffle(many, new Random(SEED));
        timer.advanceMillis(TTL_AND_JITTER_MILLIS);
        assertThat(service.cluster.endpointSet()).isSameAs(set);
    }
}
