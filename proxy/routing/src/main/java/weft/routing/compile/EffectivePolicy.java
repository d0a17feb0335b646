package weft.routing.compile;

import org.jspecify.annotations.Nullable;
import weft.schema.ConnectionPoolSettings;
import weft.schema.LoadBalancerSettings;
import weft.schema.OutlierDetection;
import weft.schema.PortTrafficPolicy;
import weft.schema.RetryBudget;
import weft.schema.TrafficPolicy;

/**
 * The policy of one port and subset after all layers. Immutable.
 *
 * <p>A subset overlays its host block by block; a port level setting replaces every block, so that one it leaves out
 * falls to the default; the retry budget has no block for a port and stays.
 */
record EffectivePolicy(
        @Nullable LoadBalancerSettings loadBalancer,
        @Nullable ConnectionPoolSettings connectionPool,
        @Nullable OutlierDetection outlierDetection,
        @Nullable RetryBudget retryBudget) {
    static final EffectivePolicy NONE = new EffectivePolicy(null, null, null, null);

    EffectivePolicy overlaid(@Nullable TrafficPolicy policy, int port) {
        if (policy == null) {
            return this;
        }
        RetryBudget budget = policy.getRetryBudget() == null ? retryBudget : policy.getRetryBudget();
        for (PortTrafficPolicy level : policy.getPortLevelSettings()) {
            if (level.getPort() != null && level.getPort().getNumber() == port) {
                return new EffectivePolicy(
                        level.getLoadBalancer(), level.getConnectionPool(), level.getOutlierDetection(), budget);
            }
        }
        return new EffectivePolicy(
                policy.getLoadBalancer() == null ? loadBalancer : policy.getLoadBalancer(),
                policy.getConnectionPool() == null ? connectionPool : policy.getConnectionPool(),
                policy.getOutlierDetection() == null ? outlierDetection : policy.getOutlierDetection(),
                budget);
    }
}
