package weft.routing.validate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.schema.HTTPCookieAttribute;
import weft.schema.LoadBalancerConsistentHash;
import weft.schema.LoadBalancerSettings;
import weft.schema.LocalityLbDistribute;
import weft.schema.LocalityLbFailover;
import weft.schema.LocalityLbSetting;
import weft.schema.OutlierDetection;
import weft.schema.WarmupConfiguration;
import weft.schema.ZoneAwareLbSetting;

/** Load balancing: hashing, localities, warm-up. Thread-safe: functions only. */
final class BalancerChecks {
    private static final long LARGEST_TABLE = 5_000_010;
    private static final Set<String> TOPOLOGY =
            Set.of("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone");

    private BalancerChecks() {}

    static void check(@Nullable LoadBalancerSettings settings, @Nullable OutlierDetection outlier, Problems problems) {
        if (settings == null) {
            return;
        }
        hash(settings.getConsistentHash(), problems.at("consistentHash"));
        problems.require(
                settings.getLocalityLbSetting() == null || settings.getZoneAwareLbSetting() == null,
                "localityLbSetting beside zoneAwareLbSetting (expected: one of them)");
        locality(settings.getLocalityLbSetting(), outlier, problems.at("localityLbSetting"));
        zone(settings.getZoneAwareLbSetting(), outlier, problems.at("zoneAwareLbSetting"));
        warmup(settings.getWarmup(), problems.at("warmup"));
    }

    private static void hash(@Nullable LoadBalancerConsistentHash hash, Problems problems) {
        if (hash == null) {
            return;
        }
        if (hash.getHttpCookie() != null) {
            Problems at = problems.at("httpCookie");
            at.at("name").require(!hash.getHttpCookie().getName().isEmpty(), "is missing");
            Set<String> names = new HashSet<>();
            for (HTTPCookieAttribute attribute : hash.getHttpCookie().getAttributes()) {
                at.at("attributes")
                        .require(
                                !attribute.getName().isEmpty() && names.add(attribute.getName()),
                                "\"" + attribute.getName() + "\" (expected: a name of its own)");
            }
        }
        if (hash.getMinimumRingSize() != 0) {
            problems.at("minimumRingSize").warning("is deprecated (expected: ringHash.minimumRingSize)");
            problems.at("minimumRingSize")
                    .require(hash.getRingHash() == null && hash.getMaglev() == null, "beside ringHash or maglev");
        }
        if (hash.getMaglev() != null) {
            long size = hash.getMaglev().getTableSize();
            problems.at("maglev.tableSize")
                    .require(
                            size > 0 && size <= LARGEST_TABLE && isPrime(size),
                            size + " (expected: a prime below 5000011)");
        }
    }

    private static boolean isPrime(long number) {
        for (long factor = 2; factor * factor <= number; factor++) {
            if (number % factor == 0) {
                return false;
            }
        }
        return number > 0;
    }

    private static void locality(
            @Nullable LocalityLbSetting setting, @Nullable OutlierDetection outlier, Problems problems) {
        if (setting == null) {
            return;
        }
        problems.require(
                setting.getDistribute().isEmpty() || setting.getFailover().isEmpty(),
                "distribute beside failover (expected: one of them)");
        problems.at("failoverPriority")
                .require(
                        setting.getFailover().isEmpty()
                                || setting.getFailoverPriority().stream().noneMatch(TOPOLOGY::contains),
                        "names a topology label beside failover (expected: one of them)");
        List<String> from = new ArrayList<>();
        for (int i = 0; i < setting.getDistribute().size(); i++) {
            LocalityLbDistribute share = setting.getDistribute().get(i);
            from.add(share.getFrom());
            Problems at = problems.at("distribute", i).at("to");
            share.getTo().values().forEach(weight -> at.range(weight, 1, 100));
            long total =
                    share.getTo().values().stream().mapToLong(Long::longValue).sum();
            at.require(total == 100, total + " in all (expected: 100)");
            Localities.check(List.copyOf(share.getTo().keySet()), at);
        }
        Localities.check(from, problems.at("distribute"));
        failover(setting.getFailover(), setting.getFailoverPriority(), outlier, problems);
    }

    private static void zone(
            @Nullable ZoneAwareLbSetting setting, @Nullable OutlierDetection outlier, Problems problems) {
        if (setting == null) {
            return;
        }
        problems.at("failoverPriority")
                .require(
                        setting.getFailoverPriority().stream().noneMatch(TOPOLOGY::contains),
                        "names a topology label (expected: others; these are implied)");
        failover(setting.getFailover(), setting.getFailoverPriority(), outlier, problems);
    }

    private static void failover(
            List<LocalityLbFailover> failover,
            List<String> priority,
            @Nullable OutlierDetection outlier,
            Problems problems) {
        if ((!failover.isEmpty() || !priority.isEmpty()) && outlier == null) {
            problems.warning("has no effect without outlierDetection");
        }
        for (int i = 0; i < failover.size(); i++) {
            LocalityLbFailover step = failover.get(i);
            String both = step.getFrom() + step.getTo();
            problems.at("failover", i)
                    .require(
                            !step.getFrom().equals(step.getTo()) && both.indexOf('/') < 0 && both.indexOf('*') < 0,
                            "from \"" + step.getFrom() + "\" to \"" + step.getTo() + "\" (expected: two regions)");
        }
    }

    private static void warmup(@Nullable WarmupConfiguration warmup, Problems problems) {
        if (warmup == null) {
            return;
        }
        problems.at("duration").require(warmup.getDuration() != null, "is missing");
        Double least = warmup.getMinimumPercent();
        problems.at("minimumPercent").require(least == null || least <= 100, least + " (expected: 0 to 100)");
        Double aggression = warmup.getAggression();
        problems.at("aggression").require(aggression == null || aggression > 0, aggression + " (expected: above 0)");
    }
}
