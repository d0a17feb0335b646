package weft.routing.registry;

import java.util.HashMap;
import java.util.Map;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Metadata;
import weft.schema.Workload;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadEntrySpec;

/**
 * A workload that registered itself, as a rule beside those that people wrote: what selects WorkloadEntries selects it too.
 * Thread-safe: functions only.
 *
 * <p>It is of a kind of its own, {@value #KIND}, which is on no rules topic: it comes and goes without a bundle and does
 * not count for the hash that tells whether two proxies serve the same rules.
 */
public final class RegisteredWorkload {
    public static final String KIND = "Workload";

    private RegisteredWorkload() {}

    /** @throws IllegalArgumentException when namespace or id cannot be part of a key */
    public static Rule of(Workload workload) {
        Map<String, Long> ports = new HashMap<>();
        workload.getPorts().forEach((name, number) -> ports.put(name, number.longValue()));
        WorkloadEntrySpec spec = WorkloadEntrySpec.newBuilder()
                .setAddress(workload.getAddress())
                .setPorts(ports)
                .setLabels(workload.getLabels())
                .setNetwork(workload.getNetwork())
                .setLocality(workload.getLocality())
                .setWeight(workload.getWeight())
                .setServiceAccount(workload.getServiceAccount())
                .build();
        Metadata metadata = Metadata.newBuilder()
                .setName(workload.getId())
                .setNamespace(workload.getNamespace())
                .build();
        return new Rule(
                new RuleKey(KIND, workload.getNamespace(), workload.getId()),
                metadata,
                new WorkloadEntry(metadata, spec));
    }

    public static boolean isOne(RuleKey key) {
        return key.kind().equals(KIND);
    }
}
