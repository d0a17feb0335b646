package weft.routing.cluster;

import weft.routing.cluster.Cluster.LbPolicy;

/**
 * How an endpoint of a cluster is chosen. Immutable.
 *
 * @param healthyPanicPercent with fewer healthy endpoints than this all are used, sick ones too; 0 never
 */
public record LoadBalancing(LbPolicy policy, int healthyPanicPercent) {
    /** Envoy's default: rather all endpoints than half of them with twice the load. */
    public static final int DEFAULT_PANIC_PERCENT = 50;

    /** A balancer with defaults for everything else. */
    public static LoadBalancing of(LbPolicy policy) {
        return new LoadBalancing(policy, DEFAULT_PANIC_PERCENT);
    }
}
