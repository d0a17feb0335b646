package weft.routing.cluster;

import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster.LbPolicy;

/**
 * How an endpoint of a cluster is chosen. Immutable. Istio DestinationRule, trafficPolicy.loadBalancer.
 *
 * @param healthyPanicPercent with fewer healthy endpoints than this all are used, sick ones too; 0 never
 * @param hash for RING_HASH and MAGLEV, else null
 * @param locality where traffic goes first
 * @param warmup of new endpoints; null for none
 */
public record LoadBalancing(
        LbPolicy policy,
        int healthyPanicPercent,
        @Nullable ConsistentHash hash,
        LocalityBalancing locality,
        @Nullable Warmup warmup) {
    /** Envoy's default: rather all endpoints than half of them with twice the load. */
    public static final int DEFAULT_PANIC_PERCENT = 50;

    /**
     * What keeps requests on one endpoint.
     *
     * @param tableSize points of the ring at least, or slots of Maglev's table, a prime
     */
    public record ConsistentHash(HashKey key, long tableSize) {}

    /**
     * A new endpoint gets its full weight gradually.
     *
     * @param durationMillis until it has it all
     * @param minimumPercent of its weight, from the beginning
     * @param aggression above 1 it gets more at first, 1 is linear
     */
    public record Warmup(long durationMillis, double minimumPercent, double aggression) {}

    /** A balancer with defaults for everything else. */
    public static LoadBalancing of(LbPolicy policy) {
        return new LoadBalancing(policy, DEFAULT_PANIC_PERCENT);
    }

    /** A balancer with a threshold of panic of its own and defaults for everything else. */
    public LoadBalancing(LbPolicy policy, int healthyPanicPercent) {
        this(policy, healthyPanicPercent, null, LocalityBalancing.ANYWHERE, null);
    }
}
