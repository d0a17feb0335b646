package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.upstream.Endpoints.endpoint;
import static weft.proxy.upstream.Endpoints.numbered;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.cluster.Locality;
import weft.routing.cluster.LocalityBalancing;
import weft.routing.cluster.LocalityBalancing.Failover;

/** A set made from the one before and what differs is the set made from nothing, whatever the change. */
class EndpointChangesTest {
    private static final long SEED = 20_261_201;
    private static final List<String> ZONES = List.of("eu/west/a", "eu/west/b", "us/east/a");

    private final Random random = new Random(SEED);

    private static LoadBalancing balancing(LbPolicy policy) {
        boolean isByHash = policy == LbPolicy.RING_HASH || policy == LbPolicy.MAGLEV;
        LocalityBalancing locality = policy == LbPolicy.RANDOM
                ? new Failover(List.of(), true, Locality.parse("eu/west/a"), null)
                : LocalityBalancing.ANYWHERE;
        return new LoadBalancing(
                policy, 0, isByHash ? new ConsistentHash(new HashKey.SourceIp(), 1_009) : null, locality, null);
    }

    private Endpoint any() {
        return endpoint(random.nextInt(60), 1 + random.nextInt(3), ZONES.get(random.nextInt(ZONES.size())));
    }

    /** Adds, removes, changes or moves some; now and then names an address twice, or one that is none. */
    private List<Endpoint> changed(List<Endpoint> before) {
        List<Endpoint> next = new ArrayList<>(before);
        switch (random.nextInt(8)) {
            case 0 -> next.add(random.nextInt(next.size() + 1), any());
            case 1 -> next.addAll(List.of(any(), any()));
            case 2 -> {
                if (!next.isEmpty()) {
                    next.remove(random.nextInt(next.size()));
                }
            }
            case 3 -> {
                if (!next.isEmpty()) {
                    next.set(random.nextInt(next.size()), any());
                }
            }
            case 4 -> Collections.shuffle(next, random);
            case 5 -> next.subList(0, next.size() / 2).clear();
            case 6 -> next.add(new Endpoint("no.address.test", 80, 1, Map.of(), "", ""));
            default -> next.removeIf(each -> each.address().endsWith("test"));
        }
        return next;
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "RING_HASH", "MAGLEV"})
    void aSetGoesOnFromTheOneBefore(LbPolicy policy) {
        Endpoints changing = new Endpoints(1, SEED);
        LoadBalancing balancing = balancing(policy);
        EndpointSet set = EndpointSet.EMPTY;
        Map<String, EndpointState> known = new HashMap<>();
        List<Endpoint> configured = List.of();
        for (int i = 0; i < 400; i++) {
            configured = changed(configured);
            EndpointSet before = set;
            set = changing.literals(List.copyOf(configured), balancing, set);
            EndpointSet fresh = new Endpoints(1, SEED).literals(configured, balancing, EndpointSet.EMPTY);
            assertThat(words(set)).as("after change %d, seed %d", i, SEED).isEqualTo(words(fresh));
            assertThat(set.priorities()).isEqualTo(fresh.priorities());
            set.all()
                    .forEach(state -> assertThat(known.getOrDefault(state.hostPort(), state))
                            .isSameAs(state));
            if (policy == LbPolicy.RING_HASH || policy == LbPolicy.MAGLEV) {
                assertSameHashes(changing, set, fresh);
            }
            if (set != before && random.nextInt(4) > 0) {
                changing.state.retireAllBut(set);
                known.clear();
            }
            set.all().forEach(state -> known.put(state.hostPort(), state));
        }
    }

    private static List<String> words(EndpointSet set) {
        return set.all().stream()
                .map(state -> state.endpoint().address() + " "
                        + state.endpoint().weight() + " " + state.endpoint().locality())
                .toList();
    }

    private static void assertSameHashes(Endpoints changing, EndpointSet set, EndpointSet fresh) {
        SplittableRandom hashes = new SplittableRandom(SEED);
        for (int i = 0; i < 50; i++) {
            long hash = hashes.nextLong();
            EndpointState picked = set.pick(changing.workers.get(0), hash, null);
            EndpointState expected = fresh.pick(changing.workers.get(0), hash, null);
            assertThat(picked == null ? null : picked.hostPort())
                    .isEqualTo(expected == null ? null : expected.hostPort());
        }
    }

    @Test
    void onlyWhoIsNoMoreNamedIsForgotten() {
        Endpoints changing = new Endpoints(1, SEED);
        LoadBalancing balancing = balancing(LbPolicy.ROUND_ROBIN);
        EndpointSet three = changing.literals(numbered(0, 3), balancing, EndpointSet.EMPTY);
        EndpointState gone = changing.find(three, 1);
        EndpointSet two = changing.literals(List.of(endpoint(0), endpoint(2)), balancing, three);
        EndpointSet again = changing.literals(numbered(0, 3), balancing, two);
        assertThat(changing.find(again, 1)).as("not forgotten yet").isSameAs(gone);
        changing.state.retireAllBut(again);
        two = changing.literals(List.of(endpoint(0), endpoint(2)), balancing, again);
        changing.state.retireAllBut(two);
        again = changing.literals(numbered(0, 3), balancing, two);
        assertThat(changing.find(again, 1)).as("forgotten").isNotSameAs(gone);
        assertThat(changing.find(again, 2)).isSameAs(changing.find(three, 2));
    }

    @Test
    void whatIsLikeTheSetInServiceIsThatSet() {
        Endpoints changing = new Endpoints(1, SEED);
        LoadBalancing balancing = balancing(LbPolicy.ROUND_ROBIN);
        EndpointSet set = changing.literals(numbered(0, 50), balancing, EndpointSet.EMPTY);
        assertThat(changing.literals(numbered(0, 50), balancing, set)).isSameAs(set);
        List<Endpoint> relabelled = new ArrayList<>(numbered(0, 50));
        relabelled.set(7, new Endpoint(endpoint(7).address(), 80, 1, Map.of("a", "b"), "", ""));
        assertThat(changing.literals(relabelled, balancing, set)).isSameAs(set);
        assertThat(Objects.requireNonNull(changing.find(set, 7)).endpoint().labels())
                .containsEntry("a", "b");
    }
}
