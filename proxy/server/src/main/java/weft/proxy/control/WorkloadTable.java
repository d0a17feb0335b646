package weft.proxy.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.upstream.Draining;
import weft.routing.registry.RegisteredWorkload;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Workload;
import weft.schema.WorkloadState;

/**
 * Registered workloads and their leases. Confined to one thread; moments are those of {@link System#nanoTime}.
 *
 * <p>A lease that ran out takes a workload away only where it is known that no renewal was missed: the owner asks the
 * broker first, and without an answer all leases begin anew.
 */
final class WorkloadTable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkloadTable.class);

    private final Map<String, Registered> byId = new HashMap<>();

    private record Registered(Workload workload, Rule rule, long endNanos) {
        boolean isServing() {
            return workload.getState() == WorkloadState.READY || workload.getState() == WorkloadState.DRAINING;
        }
    }

    /**
     * Takes in a record.
     *
     * @param ageMillis how long ago the broker took it
     */
    void record(String id, @Nullable Workload workload, long ageMillis, long nowNanos) {
        if (workload == null) {
            byId.remove(id);
            return;
        }
        long leftMillis = Math.max(0, workload.getLeaseMillis() - Math.max(0, ageMillis));
        try {
            byId.put(
                    id,
                    new Registered(
                            workload,
                            RegisteredWorkload.of(workload),
                            nowNanos + TimeUnit.MILLISECONDS.toNanos(leftMillis)));
        } catch (IllegalArgumentException e) {
            LOG.warn("workload ignored workload={} error={}", id, e.getMessage());
        }
    }

    /** Whether some lease has run out. */
    boolean hasExpired(long nowNanos) {
        return byId.values().stream().anyMatch(one -> nowNanos - one.endNanos() >= 0);
    }

    /** Forgets those whose lease has run out. */
    void expire(long nowNanos) {
        byId.entrySet().removeIf(entry -> {
            boolean isOut = nowNanos - entry.getValue().endNanos() >= 0;
            if (isOut && entry.getValue().isServing()) {
                LOG.warn("workload is silent, its lease ran out workload={}", entry.getKey());
            }
            return isOut;
        });
    }

    /** Nobody knows what was missed: each lease begins anew. */
    void renewAll(long nowNanos) {
        byId.replaceAll((id, one) -> new Registered(
                one.workload(),
                one.rule(),
                nowNanos + TimeUnit.MILLISECONDS.toNanos(one.workload().getLeaseMillis())));
    }

    RegisteredWorkloads serving() {
        Map<RuleKey, Rule> rules = new HashMap<>();
        List<Draining.Place> draining = new ArrayList<>();
        for (Registered one : byId.values()) {
            if (one.isServing()) {
                rules.put(one.rule().key(), one.rule());
            }
            if (one.workload().getState() == WorkloadState.DRAINING) {
                draining.add(new Draining.Place(
                        one.workload().getAddress(),
                        new HashSet<>(one.workload().getPorts().values())));
            }
        }
        return new RegisteredWorkloads(rules, new Draining(draining));
    }
}
