package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.compile.GatewayListeners.BoundServer;
import weft.routing.persistent.ShardedMap;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleNotice;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * Makes of all rules what one proxy serves. Confined to one thread, as it keeps between calls what lets it compile a small
 * change at a small cost; its answer depends on its arguments alone.
 *
 * <p>A rule that does not compile is rejected by itself: its last good version, taken from the previous snapshot, stays
 * in service, and all others compile as ever. What did not change is taken over from the previous snapshot.
 */
public final class SnapshotCompiler {
    private final ProxyIdentity identity;
    private final boolean isIncremental;

    /** The newest, and the one it was made of: when the newest did not go into service, others are made of that too. */
    private List<Compilation> latest = List.of();

    public SnapshotCompiler(ProxyIdentity identity) {
        this(identity, true);
    }

    /** @param isIncremental false to compile all each time: what tests hold the other way against */
    SnapshotCompiler(ProxyIdentity identity, boolean isIncremental) {
        this.identity = identity;
        this.isIncremental = isIncremental;
    }

    public ProxySnapshot compile(RuleSnapshot rules, ProxySnapshot previous) {
        Compilation base = of(previous);
        Admission admission = Admission.of(rules, previous);
        Compilation next = base == null || !isIncremental
                ? null
                : new IncrementalCompiler(identity, base).compile(rules.position(), admission);
        if (next == null) {
            next = compileAll(rules, previous, base, admission);
        }
        latest = base == null ? List.of(next) : List.of(base, next);
        return next.snapshot();
    }

    @SuppressWarnings("ReferenceEquality") // an equal one would be as good, but costs a look at everything
    @Nullable
    Compilation of(ProxySnapshot previous) {
        for (Compilation each : latest) {
            if (each.snapshot() == previous) {
                return each;
            }
        }
        return null;
    }

    private Compilation compileAll(
            RuleSnapshot rules, ProxySnapshot previous, @Nullable Compilation base, Admission admission) {
        ShardedMap<RuleKey, Rule> inService = admission.inService();
        List<RuleNotice> notices = new ArrayList<>();
        RuleIndex index = new RuleIndex(inService.values());
        ServiceDocuments documents = new ServiceDocuments(index::ofKind);
        ProxyView view = ProxyView.of(index, new Delegates(inService), documents, identity);
        InboundServices inbound = new InboundServices(documents, identity);
        Map<String, List<BoundServer>> sockets = new HashMap<>();
        List<Listener> listeners;
        if (identity.mode() == Mode.GATEWAY) {
            GatewayListeners gateway = new GatewayListeners(view, notices);
            Map<String, List<BoundServer>> bound =
                    gateway.sockets(index.ofKind("Gateway"), new GatewayPorts(identity, documents));
            listeners = gateway.compile(bound);
            sockets.putAll(bound);
        } else {
            listeners = new SidecarListeners(view, inbound).compile();
        }
        TableDigest digest = digest(base, previous).plus(admission.added());
        Sharing sharing = new Sharing(previous);
        ProxySnapshot snapshot = new ProxySnapshot(
                rules.position(),
                identity,
                sharing.listeners(listeners),
                sharing.clusters(clusters(view, new HealthChecks(index.ofKind(HealthChecks.KIND), identity), inbound)),
                admission.rejections(),
                digest.hex(),
                inService,
                notices,
                RateLimitPolicies.compile(index, identity, sockets, inbound));
        KnownRules known = KnownRules.of(index, documents);
        return new Compilation(snapshot, digest, known, view.services(), sockets, traits(view, index));
    }

    /** Of the rules in service before; those that a restart brought along are counted anew. */
    private static TableDigest digest(@Nullable Compilation base, ProxySnapshot previous) {
        return base == null ? TableDigest.of(previous.rules().values()) : base.digest();
    }

    private static Compilation.Traits traits(ProxyView view, RuleIndex index) {
        SidecarScope scope = view.scope();
        Egress everywhere = scope.fallback();
        boolean isPlain = !view.services().hasAliases();
        Set<String> addresses = new HashSet<>();
        for (Service service : view.services().services()) {
            isPlain &= service.host().equals(service.host().toLowerCase(Locale.ROOT));
            for (String address : new HashSet<>(service.addresses())) {
                isPlain &= addresses.add(address.toLowerCase(Locale.ROOT));
            }
        }
        boolean hasGatewaysOfServices = index.ofKind("Gateway").stream()
                .anyMatch(rule -> rule.metadata().getAnnotations().containsKey(GatewayPorts.SERVICE_ANNOTATION));
        return new Compilation.Traits(
                scope.isScoped(),
                scope.unknownCluster(),
                everywhere == null || !everywhere.index().wildcards().isEmpty(),
                isPlain,
                hasGatewaysOfServices);
    }

    private Map<String, Cluster> clusters(ProxyView view, HealthChecks checks, InboundServices inbound) {
        Map<String, Cluster> clusters = new HashMap<>();
        for (Service service : view.services().services()) {
            Clusters.compile(
                    service,
                    view.destinationRules().lookup(service.host(), service.namespace()),
                    checks,
                    identity,
                    clusters);
        }
        for (InboundPort port : identity.inbound()) {
            clusters.put(Clusters.inboundName(port), Clusters.inbound(port, inbound.of(port), identity.workload()));
        }
        if (identity.mode() == Mode.SIDECAR) {
            for (String name : List.of(Clusters.PASSTHROUGH, Clusters.INBOUND_PASSTHROUGH)) {
                clusters.put(name, Clusters.passthrough(name));
            }
            clusters.put(OutboundFilterChains.BLACK_HOLE, Clusters.blackHole());
        }
        return clusters;
    }
}
