package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.upstream.Endpoints.endpoint;
import static weft.proxy.upstream.Endpoints.numbered;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.cluster.LoadBalancing.Warmup;
import weft.routing.cluster.Locality;
import weft.routing.cluster.LocalityBalancing;
import weft.routing.cluster.LocalityBalancing.Distribute;
import weft.routing.cluster.LocalityBalancing.Failover;

/** Who is picked as endpoints come, go, fall ill and warm up. */
class EndpointSetTest {
    private static final int PICKS = 10_000;
    private static final long SECOND = 1_000_000_000L;
    private static final LocalityBalancing FAILOVER = new Failover(List.of(), true, Locality.parse("eu/west/a"), null);

    private final Endpoints endpoints = new Endpoints(2, 20_261_130);

    private static LoadBalancing balancing(
            LbPolicy policy, int panicPercent, LocalityBalancing locality, @Nullable Warmup warmup) {
        boolean isByHash = policy == LbPolicy.RING_HASH || policy == LbPolicy.MAGLEV;
        ConsistentHash hash = isByHash ? new ConsistentHash(new HashKey.SourceIp(), 1_009) : null;
        return new LoadBalancing(policy, panicPercent, hash, locality, warmup);
    }

    private static void assertShare(Map<String, Integer> picks, int number, double share) {
        double sigma = Math.sqrt(PICKS * share * (1 - share));
        assertThat((double) picks.getOrDefault(endpoint(number).address(), 0))
                .as("endpoint %d of %s", number, picks)
                .isBetween(PICKS * share - 4.5 * sigma, PICKS * share + 4.5 * sigma);
    }

    @Test
    void roundRobinGoesOnWhenOneFallsIllAndGetsWell() {
        EndpointSet set =
                endpoints.set(numbered(0, 5), balancing(LbPolicy.ROUND_ROBIN, 0, LocalityBalancing.ANYWHERE, null));
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 500; i++) {
            endpoints.find(set, 4).mark(Unhealthy.EJECTED, i % 2 == 0);
            counts.merge(Objects.requireNonNull(endpoints.pick(set, 0, 0)), 1, Integer::sum);
        }
        // Without a position that outlives each change all would depend on where chance begins.
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(90, 130));
    }

    @Test
    void roundRobinGoesOnAcrossAChangeOfRules() {
        LoadBalancing robin = balancing(LbPolicy.ROUND_ROBIN, 0, LocalityBalancing.ANYWHERE, null);
        EndpointSet set = endpoints.set(numbered(0, 4), robin);
        List<String> picked = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            // Weights alike, so that turns stay turns; but no set is the same.
            List<Endpoint> next = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                next.add(endpoint(n, 1 + i, ""));
            }
            EndpointSet before = set;
            set = endpoints.set(next, robin, set);
            assertThat(set == before).isEqualTo(i == 0);
            picked.add(endpoints.pick(set, 0, 0));
        }
        assertThat(picked.subList(0, 4)).doesNotHaveDuplicates();
        assertThat(picked.subList(4, 8)).isEqualTo(picked.subList(0, 4));
        assertThat(picked.subList(8, 12)).isEqualTo(picked.subList(0, 4));
    }

    @Test
    void weightedTurnsGoOnWhenOthersComeAndGo() {
        LoadBalancing robin = balancing(LbPolicy.ROUND_ROBIN, 0, LocalityBalancing.ANYWHERE, null);
        Map<String, Integer> counts = new HashMap<>();
        EndpointSet set = EndpointSet.EMPTY;
        for (int i = 0; i < 600; i++) {
            List<Endpoint> next = new ArrayList<>(List.of(endpoint(0, 1, ""), endpoint(1, 2, ""), endpoint(2, 3, "")));
            set = endpoints.set(next, robin, set);
            next.add(endpoint(100 + i, 1, ""));
            set = endpoints.set(next, robin, set);
            counts.merge(Objects.requireNonNull(endpoints.pick(set, 0, 0)), 1, Integer::sum);
        }
        // Newcomers begin anywhere in a round and take some of the turns; those that stay share by weight.
        int light = counts.getOrDefault(endpoint(0).address(), 0);
        int middle = counts.getOrDefault(endpoint(1).address(), 0);
        int heavy = counts.getOrDefault(endpoint(2).address(), 0);
        int staying = light + middle + heavy;
        assertThat(light).isBetween(staying / 6 - 3, staying / 6 + 3);
        assertThat(heavy).isBetween(staying / 2 - 3, staying / 2 + 3);
    }

    @Test
    void knownAddressKeepsItsStateWhateverElseIsSaidOfIt() {
        LoadBalancing random = LoadBalancing.of(LbPolicy.RANDOM);
        EndpointSet before = endpoints.set(numbered(0, 3), random);
        endpoints.find(before, 1).mark(Unhealthy.EJECTED, true);
        EndpointSet after = endpoints.set(List.of(endpoint(1, 5, "eu/west"), endpoint(2)), random, before);
        assertThat(after.all().get(0)).isSameAs(endpoints.find(before, 1));
        assertThat(after.all().get(0).is(Unhealthy.EJECTED)).isTrue();
        assertThat(after.all().get(0).endpoint().weight()).isEqualTo(5);
        assertThat(after.all().get(0).endpoint().locality()).isEqualTo("eu/west");
        assertThat(endpoints.set(List.of(endpoint(1, 5, "eu/west"), endpoint(2)), random, after))
                .isSameAs(after);
        assertThat(endpoints
                        .set(List.of(endpoint(1), endpoint(1, 9, ""), endpoint(2)), random, after)
                        .all())
                .hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(names = "PASSTHROUGH", mode = EnumSource.Mode.EXCLUDE)
    void sharesFollowWeights(LbPolicy policy) {
        EndpointSet set = endpoints.set(
                List.of(endpoint(0, 1, ""), endpoint(1, 3, ""), endpoint(2, 4, "")),
                balancing(policy, 50, LocalityBalancing.ANYWHERE, null));
        Map<String, Integer> picks = endpoints.picks(set, PICKS);
        if (policy == LbPolicy.RING_HASH) {
            assertThat(picks.get(endpoint(2).address())).isBetween((int) (0.45 * PICKS), (int) (0.55 * PICKS));
            return;
        }
        assertShare(picks, 0, 0.125);
        assertShare(picks, 1, 0.375);
        assertShare(picks, 2, 0.5);
    }

    @Test
    void leastRequestAmongUnevenWeightsMindsLoad() {
        EndpointSet set = endpoints.set(
                List.of(endpoint(0, 1, ""), endpoint(1, 2, "")), LoadBalancing.of(LbPolicy.LEAST_REQUEST));
        for (int i = 0; i < 9; i++) {
            endpoints.find(set, 1).requestStarted();
        }
        Map<String, Integer> picks = endpoints.picks(set, PICKS);
        assertShare(picks, 1, 0.2 / 1.2);
    }

    @ParameterizedTest
    @EnumSource(names = "PASSTHROUGH", mode = EnumSource.Mode.EXCLUDE)
    void localZoneServesUntilItIsIllAndAgainOnceItIsWell(LbPolicy policy) {
        EndpointSet set = endpoints.set(
                List.of(endpoint(0, 1, "eu/west/a"), endpoint(1, 1, "eu/west/a"), endpoint(2, 1, "us/east/a")),
                balancing(policy, 0, FAILOVER, null));
        assertThat(endpoints.picks(set, 200).keySet())
                .doesNotContain(endpoint(2).address());
        endpoints.find(set, 0).mark(Unhealthy.EJECTED, true);
        Map<String, Integer> spilled = endpoints.picks(set, PICKS);
        assertShare(spilled, 1, 0.7);
        assertShare(spilled, 2, 0.3);
        endpoints.find(set, 1).mark(Unhealthy.EJECTED, true);
        assertThat(endpoints.picks(set, 200).keySet())
                .containsExactly(endpoint(2).address());
        endpoints.find(set, 2).mark(Unhealthy.EJECTED, true);
        assertThat(endpoints.picks(set, 5).keySet()).containsExactly("none");
        endpoints.find(set, 0).mark(Unhealthy.EJECTED, false);
        endpoints.find(set, 1).mark(Unhealthy.EJECTED, false);
        endpoints.find(set, 2).mark(Unhealthy.EJECTED, false);
        assertThat(endpoints.picks(set, 200).keySet())
                .doesNotContain(endpoint(2).address());
    }

    @Test
    void drainingLocalZoneFailsOverThoughNothingIsIll() {
        EndpointSet set = endpoints.set(
                List.of(endpoint(0, 1, "eu/west/a"), endpoint(1, 1, "us/east/a")),
                balancing(LbPolicy.RANDOM, 0, FAILOVER, null));
        endpoints.find(set, 0).mark(Unhealthy.DRAINING, true);
        assertThat(endpoints.picks(set, 50).keySet())
                .containsExactly(endpoint(1).address());
        endpoints.find(set, 1).mark(Unhealthy.DRAINING, true);
        assertThat(endpoints.picks(set, 50).keySet())
                .containsExactly(endpoint(0).address());
    }

    @ParameterizedTest
    @EnumSource(names = {"RANDOM", "LEAST_REQUEST", "ROUND_ROBIN", "MAGLEV"})
    void distributionHoldsWhateverTheNumbersOfEndpointsAre(LbPolicy policy) {
        LocalityBalancing distribute =
                new Distribute(Map.of(Locality.parse("eu/west/*"), 80L, Locality.parse("us/*"), 20L));
        EndpointSet set = endpoints.set(
                List.of(
                        endpoint(0, 1, "eu/west/a"),
                        endpoint(1, 1, "us/east/a"),
                        endpoint(2, 1, "us/east/a"),
                        endpoint(3, 1, "us/east/a"),
                        endpoint(4, 1, "us/east/a"),
                        endpoint(5, 1, "asia/x/y")),
                balancing(policy, 0, distribute, null));
        Map<String, Integer> picks = endpoints.picks(set, PICKS);
        assertShare(picks, 0, 0.8);
        assertShare(picks, 3, 0.05);
        assertThat(picks).doesNotContainKey(endpoint(5).address());
        endpoints.find(set, 1).mark(Unhealthy.FAILED_CHECK, true);
        endpoints.find(set, 2).mark(Unhealthy.FAILED_CHECK, true);
        // Half of it healthy, the locality can do 0.7 of its work.
        double others = 0.2 * 0.7 / (0.8 + 0.2 * 0.7);
        assertShare(endpoints.picks(set, PICKS), 0, 1 - others);
        endpoints.find(set, 0).mark(Unhealthy.FAILED_CHECK, true);
        assertShare(endpoints.picks(set, PICKS), 4, 0.5);
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void hashFindsTheSameEndpointOnEveryLoopAndMovesOnlyWhenThatIsIll(LbPolicy policy) {
        EndpointSet set = endpoints.set(numbered(0, 10), balancing(policy, 0, LocalityBalancing.ANYWHERE, null));
        SplittableRandom random = new SplittableRandom(5);
        List<Long> hashes = random.longs(2_000).boxed().toList();
        Map<Long, String> before = hashes.stream()
                .collect(Collectors.toMap(hash -> hash, hash -> Objects.requireNonNull(endpoints.pick(set, 0, hash))));
        hashes.forEach(hash -> assertThat(endpoints.pick(set, 1, hash)).isEqualTo(before.get(hash)));
        endpoints.find(set, 3).mark(Unhealthy.EJECTED, true);
        String ill = endpoint(3).address();
        for (long hash : hashes) {
            String now = endpoints.pick(set, 0, hash);
            String was = before.get(hash);
            assertThat(now).isNotEqualTo(ill);
            assertThat(Objects.equals(was, ill) || Objects.equals(now, was)).isTrue();
        }
        endpoints.find(set, 3).mark(Unhealthy.EJECTED, false);
        hashes.forEach(hash -> assertThat(endpoints.pick(set, 0, hash)).isEqualTo(before.get(hash)));
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void retryOfAHashGoesElsewhereAndAlwaysToTheSame(LbPolicy policy) {
        EndpointSet set = endpoints.set(numbered(0, 10), balancing(policy, 0, LocalityBalancing.ANYWHERE, null));
        int elsewhere = 0;
        for (long hash = 1; hash < 500; hash++) {
            long key = hash * 0x9E3779B97F4A7C15L;
            EndpointState first = Objects.requireNonNull(set.pick(endpoints.workers.get(0), key, null));
            EndpointState second = set.pick(endpoints.workers.get(0), key, List.of(first));
            assertThat(set.pick(endpoints.workers.get(1), key, List.of(first))).isSameAs(second);
            elsewhere += second == first ? 0 : 1;
        }
        assertThat(elsewhere).isGreaterThan(490);
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_REQUEST"})
    void newcomerWarmsUp(LbPolicy policy) {
        LoadBalancing warming = balancing(policy, 0, LocalityBalancing.ANYWHERE, new Warmup(60_000, 10, 1));
        EndpointSet two = endpoints.set(numbered(0, 2), warming);
        endpoints.nanos += 100 * SECOND;
        EndpointSet three = endpoints.set(numbered(0, 3), warming, two);
        assertShare(endpoints.picks(three, PICKS), 2, 0.1 / 2.1);
        endpoints.nanos += 30 * SECOND;
        assertShare(endpoints.picks(three, PICKS), 2, 0.5 / 2.5);
        endpoints.nanos += 30 * SECOND;
        assertShare(endpoints.picks(three, PICKS), 2, 1 / 3.0);
    }

    @Test
    void warmUpGoesOnAcrossAChangeOfRulesAndBeginsAnewAfterAFailedCheckOnly() {
        LoadBalancing warming =
                balancing(LbPolicy.ROUND_ROBIN, 0, LocalityBalancing.ANYWHERE, new Warmup(60_000, 10, 1));
        EndpointSet set = endpoints.set(numbered(0, 2), warming);
        endpoints.nanos += 30 * SECOND;
        set = endpoints.set(List.of(endpoint(0, 2, ""), endpoint(1, 2, "")), warming, set);
        assertThat(endpoints.find(set, 0).warmSinceNanos()).isEqualTo(1_000);
        endpoints.nanos += 60 * SECOND;
        endpoints.find(set, 0).mark(Unhealthy.EJECTED, true);
        endpoints.find(set, 0).mark(Unhealthy.EJECTED, false);
        assertShare(endpoints.picks(set, PICKS), 0, 0.5);
        endpoints.find(set, 0).mark(Unhealthy.FAILED_CHECK, true);
        endpoints.find(set, 0).mark(Unhealthy.FAILED_CHECK, false);
        assertShare(endpoints.picks(set, PICKS), 0, 0.1 / 1.1);
    }
}
