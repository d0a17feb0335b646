package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.cluster.LoadBalancing.Warmup;
import weft.routing.cluster.Locality;
import weft.routing.cluster.LocalityBalancing;
import weft.routing.cluster.LocalityBalancing.Failover.LabelRank;
import weft.routing.snapshot.ProxyIdentity;
import weft.schema.HTTPCookie;
import weft.schema.LoadBalancerConsistentHash;
import weft.schema.LoadBalancerSettings;
import weft.schema.LocalityLbDistribute;
import weft.schema.LocalityLbFailover;
import weft.schema.LocalityLbSetting;
import weft.schema.OutlierDetection;
import weft.schema.SimpleLB;
import weft.schema.WarmupConfiguration;

/** The loadBalancer of a DestinationRule to what one proxy does. Thread-safe: functions only. */
final class Balancing {
    private static final long DEFAULT_RING_SIZE = 1_024;
    private static final long DEFAULT_TABLE_SIZE = 65_537;
    private static final double DEFAULT_WARMUP_PERCENT = 10;
    private static final long MILLIS_PER_SECOND = 1_000;

    /** Every field of it is null. */
    private static final LoadBalancerSettings UNSET = new LoadBalancerSettings();

    private Balancing() {}

    /** @param isChecked whether the health of endpoints is probed */
    static LoadBalancing of(EffectivePolicy effective, boolean isChecked, ProxyIdentity identity) {
        LoadBalancerSettings settings = effective.loadBalancer() == null ? UNSET : effective.loadBalancer();
        OutlierDetection outlier = effective.outlierDetection();
        ConsistentHash hash = hash(settings.getConsistentHash());
        LbPolicy policy = hash == null ? simple(settings.getSimple()) : hashing(settings.getConsistentHash());
        // Istio switches Envoy's panic off where outlierDetection is set, unless that says otherwise.
        int panicPercent =
                outlier == null ? LoadBalancing.DEFAULT_PANIC_PERCENT : Math.max(0, outlier.getMinHealthPercent());
        return new LoadBalancing(
                policy,
                panicPercent,
                hash,
                locality(settings.getLocalityLbSetting(), outlier != null, isChecked, identity),
                warmup(settings, policy));
    }

    private static LbPolicy simple(@Nullable SimpleLB simple) {
        if (simple == null) {
            return LbPolicy.LEAST_REQUEST;
        }
        return switch (simple) {
            case UNSPECIFIED, LEAST_CONN, LEAST_REQUEST -> LbPolicy.LEAST_REQUEST;
            case RANDOM -> LbPolicy.RANDOM;
            case ROUND_ROBIN -> LbPolicy.ROUND_ROBIN;
            case PASSTHROUGH -> LbPolicy.PASSTHROUGH;
        };
    }

    private static LbPolicy hashing(@Nullable LoadBalancerConsistentHash hash) {
        return hash != null && hash.getMaglev() != null ? LbPolicy.MAGLEV : LbPolicy.RING_HASH;
    }

    private static @Nullable ConsistentHash hash(@Nullable LoadBalancerConsistentHash hash) {
        HashKey key = hash == null ? null : key(hash);
        if (hash == null || key == null) {
            return null;
        }
        if (hash.getMaglev() != null) {
            long size = hash.getMaglev().getTableSize();
            return new ConsistentHash(key, size == 0 ? DEFAULT_TABLE_SIZE : size);
        }
        long size = hash.getRingHash() == null
                ? hash.getMinimumRingSize()
                : hash.getRingHash().getMinimumRingSize();
        return new ConsistentHash(key, size == 0 ? DEFAULT_RING_SIZE : size);
    }

    private static @Nullable HashKey key(LoadBalancerConsistentHash hash) {
        if (hash.getHttpHeaderName() != null) {
            return new HashKey.Header(hash.getHttpHeaderName().toLowerCase(Locale.ROOT));
        }
        if (hash.getHttpCookie() != null) {
            return cookie(hash.getHttpCookie());
        }
        if (hash.getHttpQueryParameterName() != null) {
            return new HashKey.QueryParameter(hash.getHttpQueryParameterName());
        }
        return Boolean.TRUE.equals(hash.getUseSourceIp()) ? new HashKey.SourceIp() : null;
    }

    private static HashKey cookie(HTTPCookie cookie) {
        List<HashKey.Cookie.Attribute> attributes = new ArrayList<>();
        cookie.getAttributes()
                .forEach(attribute ->
                        attributes.add(new HashKey.Cookie.Attribute(attribute.getName(), attribute.getValue())));
        long ttlSeconds = cookie.getTtl() == null ? HashKey.Cookie.PASSIVE : cookie.getTtl() / MILLIS_PER_SECOND;
        return new HashKey.Cookie(cookie.getName(), cookie.getPath(), ttlSeconds, attributes);
    }

    /**
     * Istio's mesh has it on by default, and then fails over by locality wherever outlierDetection is set. A
     * HealthCheckPolicy, which also tells sick endpoints from healthy ones, serves for a rule that asks for it.
     */
    private static LocalityBalancing locality(
            @Nullable LocalityLbSetting setting, boolean detectsOutliers, boolean isChecked, ProxyIdentity identity) {
        if (setting != null && Boolean.FALSE.equals(setting.getEnabled())) {
            return LocalityBalancing.ANYWHERE;
        }
        Locality locality = Locality.parse(identity.locality());
        if (setting != null && !setting.getDistribute().isEmpty()) {
            return distribute(setting.getDistribute(), locality);
        }
        if (setting == null) {
            return detectsOutliers
                    ? new LocalityBalancing.Failover(List.of(), true, locality, null)
                    : LocalityBalancing.ANYWHERE;
        }
        if (!detectsOutliers && !isChecked) {
            return LocalityBalancing.ANYWHERE;
        }
        List<LabelRank> ranks = ranks(setting.getFailoverPriority(), identity.labels(), locality);
        boolean byLocality = ranks.isEmpty() || !setting.getFailover().isEmpty();
        return new LocalityBalancing.Failover(
                ranks, byLocality, locality, failoverRegion(setting.getFailover(), locality.region()));
    }

    private static LocalityBalancing distribute(List<LocalityLbDistribute> distribute, Locality locality) {
        for (LocalityLbDistribute from : distribute) {
            if (Locality.parse(from.getFrom()).covers(locality)) {
                Map<Locality, Long> shares = new HashMap<>();
                from.getTo().forEach((to, share) -> shares.put(Locality.parse(to), share));
                return new LocalityBalancing.Distribute(shares);
            }
        }
        return LocalityBalancing.ANYWHERE;
    }

    /** {@code label} stands for the proxy's own value, {@code label=value} for that one. */
    private static List<LabelRank> ranks(List<String> priority, Map<String, String> labels, Locality locality) {
        List<LabelRank> ranks = new ArrayList<>();
        for (String entry : priority) {
            int equals = entry.indexOf('=');
            if (equals >= 0) {
                ranks.add(new LabelRank(entry.substring(0, equals), entry.substring(equals + 1)));
            } else {
                String own = labels.get(entry);
                ranks.add(new LabelRank(entry, own != null ? own : locality.label(entry)));
            }
        }
        return ranks;
    }

    private static @Nullable String failoverRegion(List<LocalityLbFailover> failover, String region) {
        for (LocalityLbFailover step : failover) {
            if (step.getFrom().equals(region)) {
                return step.getTo();
            }
        }
        return null;
    }

    /** Envoy knows it for these two only. */
    private static @Nullable Warmup warmup(LoadBalancerSettings settings, LbPolicy policy) {
        if (policy != LbPolicy.ROUND_ROBIN && policy != LbPolicy.LEAST_REQUEST) {
            return null;
        }
        WarmupConfiguration warmup = settings.getWarmup();
        if (warmup != null && warmup.getDuration() != null) {
            return new Warmup(
                    warmup.getDuration(),
                    warmup.getMinimumPercent() == null ? DEFAULT_WARMUP_PERCENT : warmup.getMinimumPercent(),
                    warmup.getAggression() == null ? 1 : warmup.getAggression());
        }
        Long duration = settings.getWarmupDurationSecs();
        return duration == null ? null : new Warmup(duration, DEFAULT_WARMUP_PERCENT, 1);
    }
}
