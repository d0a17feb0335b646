package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.GRPCHealthCheck;
import weft.schema.HTTPHealthCheck;
import weft.schema.HealthCheckPolicy;
import weft.schema.HealthCheckPolicySpec;
import weft.schema.PolicyTargetReference;
import weft.schema.TCPHealthCheck;

/**
 * Which HealthCheckPolicy applies to a port and subset of a service, seen from one proxy. Confined to one compilation.
 *
 * <p>Namespaces are asked as for a DestinationRule: the proxy's own, the service's, the root. The first that has a policy
 * for the cluster wins; inside it one for the subset beats one for the port, which beats one for the whole service, and
 * the oldest wins among equals.
 */
final class HealthChecks {
    static final String KIND = "HealthCheckPolicy";

    private static final long DEFAULT_INTERVAL_MILLIS = 5_000;
    private static final long DEFAULT_TIMEOUT_MILLIS = 5_000;
    private static final long DEFAULT_THRESHOLD = 2;
    private static final int JITTER_SHARE = 10;

    private final ProxyIdentity identity;
    private final Map<String, List<Rule>> byTarget = new HashMap<>();

    HealthChecks(List<Rule> oldestFirst, ProxyIdentity identity) {
        this.identity = identity;
        for (Rule rule : oldestFirst) {
            byTarget.computeIfAbsent(target(rule), target -> new ArrayList<>(1)).add(rule);
        }
    }

    /** What a policy is for: the full host, or the key of the document. */
    static String target(Rule rule) {
        HealthCheckPolicySpec spec = spec(rule);
        PolicyTargetReference reference = spec.getTargetRef();
        String namespace = rule.key().namespace();
        if (reference != null) {
            return reference.getKind() + "/" + namespace + "/" + reference.getName();
        }
        return HostNames.resolve(Objects.requireNonNullElse(spec.getHost(), ""), namespace);
    }

    /** The targets that mean this service. */
    static List<String> targetsOf(Service service) {
        return List.of(service.host(), service.source().toString());
    }

    /** The document that a target names, null when it is a host. */
    static @Nullable RuleKey document(String target) {
        return target.indexOf('/') < 0 ? null : RuleKey.parse(target);
    }

    private static HealthCheckPolicySpec spec(Rule rule) {
        return ((HealthCheckPolicy) rule.resource()).getSpec();
    }

    /** How the endpoints of this cluster are probed; null for not at all. */
    @Nullable
    HealthCheck lookup(Service service, int port, String subset) {
        if (byTarget.isEmpty()) {
            return null;
        }
        List<Rule> candidates = new ArrayList<>();
        for (String target : targetsOf(service)) {
            candidates.addAll(byTarget.getOrDefault(target, List.of()));
        }
        candidates.removeIf(rule -> !covers(spec(rule), port, subset));
        for (String namespace : List.of(identity.namespace(), service.namespace(), DestinationRules.ROOT_NAMESPACE)) {
            Rule chosen = mostSpecific(candidates, namespace);
            if (chosen != null) {
                return check(spec(chosen), service);
            }
        }
        return null;
    }

    private static boolean covers(HealthCheckPolicySpec spec, int port, String subset) {
        boolean isPort = spec.getPort() == null || spec.getPort() == port;
        return isPort && (spec.getSubset().isEmpty() || spec.getSubset().equals(subset));
    }

    private static @Nullable Rule mostSpecific(List<Rule> candidates, String namespace) {
        Rule best = null;
        for (Rule rule : candidates) {
            boolean isThere = rule.key().namespace().equals(namespace);
            if (isThere && (best == null || isBetter(rule, best))) {
                best = rule;
            }
        }
        return best;
    }

    private static boolean isBetter(Rule rule, Rule than) {
        int difference = rank(spec(rule)) - rank(spec(than));
        return difference > 0 || (difference == 0 && Rule.OLDEST_FIRST.compare(rule, than) < 0);
    }

    private static int rank(HealthCheckPolicySpec spec) {
        return (spec.getSubset().isEmpty() ? 0 : 2) + (spec.getPort() == null ? 0 : 1);
    }

    private static @Nullable HealthCheck check(HealthCheckPolicySpec spec, Service service) {
        HealthProbe probe = probe(spec, service.host());
        if (probe == null) {
            return null; // a method of a later version: better no check than one that fails everybody
        }
        long interval = Objects.requireNonNullElse(spec.getInterval(), DEFAULT_INTERVAL_MILLIS);
        return new HealthCheck(
                probe,
                interval,
                Objects.requireNonNullElse(spec.getTimeout(), Math.min(interval, DEFAULT_TIMEOUT_MILLIS)),
                threshold(spec.getUnhealthyThreshold()),
                threshold(spec.getHealthyThreshold()),
                Objects.requireNonNullElse(spec.getJitter(), interval / JITTER_SHARE),
                spec.getShare(),
                Objects.requireNonNullElse(spec.getNoTrafficInterval(), interval));
    }

    private static int threshold(@Nullable Long value) {
        return Objects.requireNonNullElse(value, DEFAULT_THRESHOLD).intValue();
    }

    private static @Nullable HealthProbe probe(HealthCheckPolicySpec spec, String host) {
        HTTPHealthCheck http = spec.getHttpHealthCheck();
        TCPHealthCheck tcp = spec.getTcpHealthCheck();
        GRPCHealthCheck grpc = spec.getGrpcHealthCheck();
        if (http != null) {
            return http(http, host);
        }
        if (tcp != null) {
            return new HealthProbe.Tcp(tcp.getSend(), tcp.getReceive());
        }
        return grpc == null ? null : new HealthProbe.Grpc(grpc.getServiceName(), host);
    }

    private static HealthProbe http(HTTPHealthCheck http, String host) {
        Map<String, String> headers = new HashMap<>();
        http.getHeaders().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        List<StatusRange> expected = ranges(http.getExpectedStatuses());
        return new HealthProbe.Http(
                http.getMethod().isEmpty() ? "GET" : http.getMethod(),
                http.getPath().isEmpty() ? "/" : http.getPath(),
                http.getHost().isEmpty() ? host : http.getHost(),
                expected.isEmpty() ? List.of(StatusRange.OK) : expected,
                ranges(http.getRetriableStatuses()),
                headers);
    }

    private static List<StatusRange> ranges(List<String> texts) {
        return texts.stream().map(StatusRange::parse).toList();
    }
}
