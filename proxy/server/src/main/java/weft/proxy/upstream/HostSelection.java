package weft.proxy.upstream;

import java.util.ArrayList;
import java.util.List;

/**
 * The endpoints of a set that are picked from while their health is as it was at one version. Immutable.
 *
 * <p>As Envoy: the healthy ones, or all of them in panic, that is below the threshold of the cluster. An endpoint that is
 * draining counts as gone, for the threshold too; only when all endpoints are draining do they serve on, as something
 * that may yet answer is better than nothing.
 */
record HostSelection(long version, List<EndpointState> hosts, boolean isPanic) {

    static HostSelection of(List<EndpointState> endpoints, int healthyPanicPercent, long version) {
        List<EndpointState> present = new ArrayList<>(endpoints.size());
        List<EndpointState> healthy = new ArrayList<>(endpoints.size());
        for (EndpointState endpoint : endpoints) {
            if (!endpoint.is(Unhealthy.DRAINING)) {
                present.add(endpoint);
                if (endpoint.isHealthy()) {
                    healthy.add(endpoint);
                }
            }
        }
        if (present.isEmpty()) {
            return new HostSelection(version, endpoints, !endpoints.isEmpty());
        }
        boolean isPanic = 100L * healthy.size() / present.size() < healthyPanicPercent;
        return new HostSelection(version, isPanic ? present : healthy, isPanic);
    }
}
