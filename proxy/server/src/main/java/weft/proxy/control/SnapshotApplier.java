package weft.proxy.control;

import java.util.List;
import weft.proxy.upstream.Draining;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;

/** Brings a compiled snapshot into service: upstreams, event loops, sockets. Called on the rule-loader thread. */
@FunctionalInterface
public interface SnapshotApplier {
    /**
     * Returns when requests are served by {@code next}.
     *
     * @return rules that could not come into service for a reason outside of them, as a port that is taken; the rest of
     *     the snapshot serves nevertheless
     * @throws RuntimeException when the snapshot cannot be served; the one before it still is
     */
    List<RuleRejection> apply(ProxySnapshot next) throws InterruptedException;

    /** From now on these workloads get requests only where nobody else serves. */
    default void draining(Draining workloads) {}
}
