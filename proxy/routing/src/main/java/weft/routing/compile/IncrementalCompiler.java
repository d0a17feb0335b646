package weft.routing.compile;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.host.HostNames;
import weft.routing.persistent.ShardedMap;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * Makes the next snapshot of the last one and what changed, as far as it can be told what a change touches. Confined to
 * one compilation.
 *
 * <p>It covers what changes most: http routes of VirtualServices and delegates, which may come and go; policies and
 * subsets of DestinationRules; instances of services. Its answer is that of the full compilation, which does all else.
 */
final class IncrementalCompiler {
    /** With more changes than this, the full compilation is as fast. */
    private static final int MOST_CHANGES = 1_000;

    private static final Set<String> KINDS = kinds();

    private final ProxyIdentity identity;
    private final Compilation base;

    IncrementalCompiler(ProxyIdentity identity, Compilation base) {
        this.identity = identity;
        this.base = base;
    }

    private static Set<String> kinds() {
        Set<String> kinds = new HashSet<>(ServiceDocuments.KINDS);
        kinds.add("VirtualService");
        kinds.add("DestinationRule");
        kinds.add(HealthChecks.KIND);
        return Set.copyOf(kinds);
    }

    /** The compilation, or null when the full one has to do it. */
    @Nullable
    Compilation compile(LogPosition position, Admission admission) {
        List<Admission.Change> changes = admission.changes();
        if (changes.size() > MOST_CHANGES
                || changes.stream().anyMatch(this::mayMoveLimits)
                || !changes.stream()
                        .allMatch(change -> KINDS.contains(change.key().kind()))) {
            return null;
        }
        KnownRules known = base.known();
        for (Admission.Change change : changes) {
            known = known.with(change);
        }
        Set<String> services = new LinkedHashSet<>();
        ServiceRegistry registry = new ServiceUpdate(identity, base, known).apply(changes, services);
        if (registry == null || !addOfPolicies(changes, services)) {
            return null;
        }
        addOfHealthChecks(changes, services);
        VirtualServiceChange routes = new VirtualServiceChange(identity, base, admission, known, registry);
        List<Listener> before = base.snapshot().listeners();
        List<Listener> listeners = identity.mode() == Mode.GATEWAY
                ? new GatewayUpdate(routes, base.sockets()).apply(before)
                : new SidecarUpdate(identity, routes, known, registry, base.traits()).apply(before);
        if (listeners == null || base.traits().isScoped() && !routes.views().isEmpty()) {
            return null;
        }
        TableDigest digest = base.digest().plus(admission.added());
        ProxySnapshot snapshot = new ProxySnapshot(
                position,
                identity,
                listeners,
                clusters(services, registry, known),
                admission.rejections(),
                digest.hex(),
                admission.inService(),
                base.snapshot().notices(),
                base.snapshot().rateLimits());
        return new Compilation(snapshot, digest, known, registry, base.sockets(), base.traits());
    }

    /** Whether a limit that is attached to a service may be for other ports of this proxy after the change. */
    private boolean mayMoveLimits(Admission.Change change) {
        return base.snapshot().rateLimits().isOfServices()
                && ServiceDocuments.KINDS.contains(change.key().kind())
                && change.key().namespace().equals(identity.namespace());
    }

    /** Adds the services that changed DestinationRules are for; false when routes depend on those rules too. */
    private boolean addOfPolicies(List<Admission.Change> changes, Set<String> services) {
        Set<String> hosts = new HashSet<>();
        for (Admission.Change change : changes) {
            if (change.key().kind().equals("DestinationRule")) {
                addHost(change.before(), hosts);
                addHost(change.after(), hosts);
            }
        }
        for (String host : hosts) {
            if (!HostNames.isWildcard(host)) {
                services.add(host);
                continue;
            }
            for (Service service : base.services().services()) {
                if (HostNames.isSubset(service.host(), host)) {
                    services.add(service.host());
                }
            }
        }
        return hosts.isEmpty() || !GatewayUpdate.hasAutoPassthrough(base.sockets());
    }

    private void addOfHealthChecks(List<Admission.Change> changes, Set<String> services) {
        for (Admission.Change change : changes) {
            if (change.key().kind().equals(HealthChecks.KIND)) {
                addTarget(change.before(), services);
                addTarget(change.after(), services);
            }
        }
    }

    private void addTarget(@Nullable Rule policy, Set<String> services) {
        if (policy == null) {
            return;
        }
        String target = HealthChecks.target(policy);
        RuleKey document = HealthChecks.document(target);
        if (document == null) {
            services.add(target);
            return;
        }
        for (Service service : base.services().services()) {
            if (service.source().equals(document)) {
                services.add(service.host());
            }
        }
    }

    private static void addHost(@Nullable Rule rule, Set<String> to) {
        if (rule != null) {
            to.add(DestinationRules.host(rule));
        }
    }

    private ShardedMap<String, Cluster> clusters(Set<String> hosts, ServiceRegistry registry, KnownRules known) {
        ShardedMap.Editor<String, Cluster> clusters =
                ShardedMap.copyOf(base.snapshot().clusters()).edit();
        for (String host : hosts) {
            Map<String, Cluster> before = clusters(base.services(), base.known(), host);
            Map<String, Cluster> now = clusters(registry, known, host);
            before.keySet().stream().filter(name -> !now.containsKey(name)).forEach(clusters::remove);
            now.forEach(clusters::put);
        }
        return clusters.done();
    }

    private Map<String, Cluster> clusters(ServiceRegistry registry, KnownRules known, String host) {
        Map<String, Cluster> clusters = new HashMap<>();
        Service service = registry.service(host);
        if (service != null) {
            DestinationRules rules = known.destinationRules(host, identity);
            HealthChecks checks = known.healthChecks(service, identity);
            Clusters.compile(service, rules.lookup(service.host(), service.namespace()), checks, identity, clusters);
        }
        return clusters;
    }
}
