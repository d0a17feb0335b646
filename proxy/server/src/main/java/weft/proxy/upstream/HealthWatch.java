package weft.proxy.upstream;

import java.util.concurrent.CompletableFuture;
import weft.routing.cluster.HealthCheck;

/** Probes the endpoints that clusters with health checks have in service. Thread-safe. */
public interface HealthWatch {
    /** Watches nothing. */
    HealthWatch NONE = new HealthWatch() {
        @Override
        public CompletableFuture<?> watch(HealthCheck check, String cluster, EndpointState endpoint, boolean mayServe) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void release(HealthCheck check, EndpointState endpoint) {}
    };

    /**
     * Begins to probe the endpoint, or joins those who watch it already. Until it is released as often, the mark
     * {@link Unhealthy#FAILED_CHECK} is in the hands of the settings watched with last.
     *
     * @param mayServe whether it served until now, so that it is taken out by failures only; another is out until its
     *     first success
     * @return completes with the first verdict
     */
    CompletableFuture<?> watch(HealthCheck check, String cluster, EndpointState endpoint, boolean mayServe);

    /** Ends one {@link #watch}. */
    void release(HealthCheck check, EndpointState endpoint);
}
