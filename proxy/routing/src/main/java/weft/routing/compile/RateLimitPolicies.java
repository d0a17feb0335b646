package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.compile.GatewayListeners.BoundServer;
import weft.routing.ratelimit.MatchFields;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimit.Quota;
import weft.routing.ratelimit.RateLimitKey;
import weft.routing.ratelimit.RateLimits;
import weft.routing.ratelimit.RateLimits.Bound;
import weft.routing.ratelimit.RateLimits.Hosts;
import weft.routing.registry.Service;
import weft.routing.route.RouteMatch;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.rules.Rule;
import weft.schema.PolicyTargetReference;
import weft.schema.RateLimitMatch;
import weft.schema.RateLimitMode;
import weft.schema.RateLimitPolicy;
import weft.schema.RateLimitPolicySpec;
import weft.schema.RateLimitRule;
import weft.schema.RateLimitScope;
import weft.schema.RateLimitUnit;

/**
 * RateLimitPolicies as one proxy acts on them: at a gateway on what comes in, at a sidecar on what comes in for its workload.
 * Confined to one compilation.
 */
final class RateLimitPolicies {
    private static final String GATEWAY = "Gateway";
    private static final String ISTIO = "networking.istio.io";
    private static final long SECOND_MILLIS = 1_000;

    private final ProxyIdentity identity;
    private final Map<String, List<BoundServer>> sockets;
    private final InboundServices inbound;
    private final Map<String, List<Bound>> byListener = new HashMap<>();
    private boolean isOfServices;

    private RateLimitPolicies(ProxyIdentity identity, Map<String, List<BoundServer>> sockets, InboundServices inbound) {
        this.identity = identity;
        this.sockets = sockets;
        this.inbound = inbound;
    }

    /** @param sockets of a gateway: servers by the name of their listener */
    static RateLimits compile(
            RuleIndex rules, ProxyIdentity identity, Map<String, List<BoundServer>> sockets, InboundServices inbound) {
        List<Rule> policies = rules.ofKind("RateLimitPolicy");
        if (policies.isEmpty()) {
            return RateLimits.NONE;
        }
        RateLimitPolicies compiler = new RateLimitPolicies(identity, sockets, inbound);
        for (int breadth = 0; breadth < 3; breadth++) {
            for (Rule policy : policies) {
                if (breadth(policy) == breadth) {
                    compiler.add(policy);
                }
            }
        }
        return new RateLimits(compiler.byListener, compiler.isOfServices);
    }

    /** The limits of a policy, in order of its rules. */
    static List<RateLimit> limits(Rule policy) {
        List<RateLimit> limits = new ArrayList<>();
        List<RateLimitRule> rules = spec(policy).getRules();
        for (int i = 0; i < rules.size(); i++) {
            limits.add(limit(policy, rules.get(i), "rules[" + i + "]"));
        }
        return limits;
    }

    private static RateLimitPolicySpec spec(Rule policy) {
        return ((RateLimitPolicy) policy.resource()).getSpec();
    }

    /** 0 for the mesh, 1 for a namespace, 2 for some workloads. */
    private static int breadth(Rule policy) {
        RateLimitPolicySpec spec = spec(policy);
        if (spec.getSelector() != null || !spec.getTargetRefs().isEmpty()) {
            return 2;
        }
        return isOfRoot(policy) ? 0 : 1;
    }

    private static boolean isOfRoot(Rule policy) {
        return policy.key().namespace().equals(DestinationRules.ROOT_NAMESPACE);
    }

    private void add(Rule policy) {
        List<PolicyTargetReference> targets = spec(policy).getTargetRefs();
        if (!targets.isEmpty()) {
            Set<Place> places = new LinkedHashSet<>();
            targets.forEach(target -> places.addAll(attached(policy, target)));
            bind(limits(policy), places);
        } else if (isSelected(policy)) {
            bind(limits(policy), everywhere());
        }
    }

    /** As Istio's policies: the namespace's own proxies, and from the root namespace those of all. */
    private boolean isSelected(Rule policy) {
        boolean isNear = isOfRoot(policy) || policy.key().namespace().equals(identity.namespace());
        Map<String, String> labels = spec(policy).getSelector() == null
                ? Map.of()
                : spec(policy).getSelector().getMatchLabels();
        return isNear && identity.labels().entrySet().containsAll(labels.entrySet());
    }

    /** Where requests are counted. */
    private record Place(
            String listener, int port, @Nullable Hosts hosts) {}

    private Set<Place> everywhere() {
        Set<Place> places = new LinkedHashSet<>();
        sockets.keySet().forEach(name -> places.add(new Place(name, RateLimits.ANY_PORT, null)));
        identity.inbound().forEach(port -> places.add(new Place(listener(port), RateLimits.ANY_PORT, null)));
        return places;
    }

    private static String listener(InboundPort port) {
        return port.bindAddress() + "_" + port.bindPort();
    }

    private Set<Place> attached(Rule policy, PolicyTargetReference target) {
        if (!target.getNamespace().isEmpty()) {
            return Set.of(); // targets are of the own namespace; validation refuses to name one
        }
        if (target.getKind().equals(GATEWAY)) {
            return !target.getGroup().equals(ISTIO)
                    ? Set.of()
                    : ofGateway(policy.key().namespace() + "/" + target.getName());
        }
        isOfServices = true;
        Set<Place> places = new LinkedHashSet<>();
        for (InboundPort port : identity.inbound()) {
            Service service = inbound.of(port);
            if (service != null
                    && service.source().kind().equals(target.getKind())
                    && service.source().namespace().equals(policy.key().namespace())
                    && service.source().name().equals(target.getName())) {
                places.add(new Place(listener(port), meantPort(port), null));
            }
        }
        return places;
    }

    /** Ports that share a socket are told apart by where a redirected client meant to go. */
    private int meantPort(InboundPort port) {
        boolean isShared = identity.inbound().stream()
                .anyMatch(other -> !other.equals(port) && listener(other).equals(listener(port)));
        return isShared ? port.targetPort() : RateLimits.ANY_PORT;
    }

    private Set<Place> ofGateway(String gateway) {
        Set<Place> places = new LinkedHashSet<>();
        sockets.forEach((listener, servers) -> {
            Set<String> own = new LinkedHashSet<>();
            Set<String> others = new LinkedHashSet<>();
            for (BoundServer server : servers) {
                for (String host : server.hosts()) {
                    (server.gateway().equals(gateway) ? own : others).add(host.substring(host.indexOf('/') + 1));
                }
            }
            if (!own.isEmpty()) {
                boolean isAll = others.isEmpty() && own.contains("*");
                Hosts hosts = isAll ? null : new Hosts(List.copyOf(own), List.copyOf(others));
                places.add(new Place(listener, RateLimits.ANY_PORT, hosts));
            }
        });
        return places;
    }

    private void bind(List<RateLimit> limits, Set<Place> places) {
        for (Place place : places) {
            List<Bound> bound = byListener.computeIfAbsent(place.listener(), key -> new ArrayList<>());
            limits.forEach(limit -> bound.add(new Bound(limit, place.port(), place.hosts())));
        }
    }

    private static RateLimit limit(Rule policy, RateLimitRule rule, String place) {
        List<RouteMatch> matches = new ArrayList<>();
        for (RateLimitMatch match : rule.getMatch()) {
            matches.add(Matches.compile(MatchFields.of(match)));
        }
        return new RateLimit(
                policy.key(),
                rule.getName().isEmpty() ? place : rule.getName(),
                matches,
                rule.getKeys().stream().map(RateLimitPolicies::key).toList(),
                quota(rule.getLimit(), place),
                rule.getMode() == RateLimitMode.SHADOW,
                rule.getScope() == RateLimitScope.GLOBAL,
                !spec(policy).getDisableRateLimitHeaders());
    }

    private static RateLimitKey key(weft.schema.RateLimitKey key) {
        if (key.getHeader() != null) {
            return new RateLimitKey.Header(key.getHeader().toLowerCase(Locale.ROOT));
        }
        if (key.getAttribute() == null) {
            return new RateLimitKey.Claim();
        }
        return switch (key.getAttribute()) {
            case CLIENT_ADDRESS -> new RateLimitKey.ClientAddress();
            case PATH -> new RateLimitKey.Path();
            case METHOD -> new RateLimitKey.Method();
            case AUTHORITY -> new RateLimitKey.Host();
        };
    }

    private static Quota quota(weft.schema.@Nullable RateLimit limit, String place) {
        if (limit == null || limit.getRequests() < 1) {
            throw new RuleException("InvalidRateLimit", place + ".limit: no requests (expected: 1 or more)");
        }
        long per = limit.getPer() != null ? limit.getPer() : millis(limit.getUnit());
        if (per < 1) {
            throw new RuleException("InvalidRateLimit", place + ".limit.per: " + per + "ms (expected: 1ms or more)");
        }
        return new Quota(limit.getRequests(), per, limit.getBurst() == null ? limit.getRequests() : limit.getBurst());
    }

    private static long millis(@Nullable RateLimitUnit unit) {
        return switch (unit == null ? RateLimitUnit.SECOND : unit) {
            case SECOND -> SECOND_MILLIS;
            case MINUTE -> 60 * SECOND_MILLIS;
            case HOUR -> 3_600 * SECOND_MILLIS;
            case DAY -> 86_400 * SECOND_MILLIS;
        };
    }
}
