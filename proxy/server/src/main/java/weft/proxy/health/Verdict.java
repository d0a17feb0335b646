package weft.proxy.health;

import weft.routing.cluster.HealthCheck;

/**
 * Makes verdicts of probes by Envoy's rules. Confined to one thread at a time.
 *
 * <p>Failures in a row up to the threshold take an endpoint out, but one that it refused by itself does so alone. Successes
 * in a row up to the threshold bring it back; the very first probe of a new endpoint brings it in alone.
 */
final class Verdict {
    private final int unhealthyThreshold;
    private final int healthyThreshold;
    private boolean isHealthy;
    private boolean isFirst = true;
    private int failures;
    private int successes;

    Verdict(HealthCheck settings, boolean isHealthy) {
        this.unhealthyThreshold = settings.unhealthyThreshold();
        this.healthyThreshold = settings.healthyThreshold();
        this.isHealthy = isHealthy;
    }

    boolean isHealthy() {
        return isHealthy;
    }

    /** Takes in a probe; returns whether the verdict changed. */
    boolean record(ProbeResult result) {
        boolean wasHealthy = isHealthy;
        if (result.isPassed()) {
            failures = 0;
            successes++;
            isHealthy |= isFirst || successes >= healthyThreshold;
        } else {
            successes = 0;
            failures++;
            isHealthy &= result.kind() == ProbeResult.Kind.NETWORK_FAILURE && failures < unhealthyThreshold;
        }
        isFirst = false;
        return isHealthy != wasHealthy;
    }

    /** Takes over what another found; returns whether the verdict changed. */
    boolean adopt(boolean healthy) {
        boolean isChanged = isHealthy != healthy;
        isHealthy = healthy;
        isFirst = false;
        failures = 0;
        successes = 0;
        return isChanged;
    }
}
