package weft.routing.compile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weft.routing.cluster.Cluster;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleNotice;
import weft.routing.snapshot.RuleRejection;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * Makes of all rules what one proxy serves. Confined to one thread, as it keeps the digests of rules between calls; its
 * answer depends on its arguments alone.
 *
 * <p>A rule that does not compile is rejected by itself: its last good version, taken from the previous snapshot, stays
 * in service, and all others compile as ever. What did not change is taken over from the previous snapshot.
 */
public final class SnapshotCompiler {
    private final ProxyIdentity identity;
    private final TableDigest digest = new TableDigest();

    public SnapshotCompiler(ProxyIdentity identity) {
        this.identity = identity;
    }

    public ProxySnapshot compile(RuleSnapshot rules, ProxySnapshot previous) {
        List<RuleRejection> rejections = new ArrayList<>();
        Map<RuleKey, Rule> inService = admit(rules, previous, rejections);
        List<RuleNotice> notices = new ArrayList<>();
        RuleIndex index = new RuleIndex(inService.values());
        ServiceDocuments documents = new ServiceDocuments(index::ofKind);
        ProxyView view = ProxyView.of(index, documents, identity);
        InboundServices inbound = new InboundServices(documents, identity);
        List<Listener> listeners = identity.mode() == Mode.GATEWAY
                ? new GatewayListeners(view, notices)
                        .compile(index.ofKind("Gateway"), new GatewayPorts(identity, documents))
                : new SidecarListeners(view, inbound).compile();
        Sharing sharing = new Sharing(previous);
        return new ProxySnapshot(
                rules.position(),
                identity,
                sharing.listeners(listeners),
                sharing.clusters(clusters(view, inbound)),
                rejections,
                digest.of(inService),
                inService,
                notices);
    }

    /** The rules that compile, and the last good version of those that no longer do. */
    private static Map<RuleKey, Rule> admit(
            RuleSnapshot rules, ProxySnapshot previous, List<RuleRejection> rejections) {
        Map<RuleKey, Rule> inService = new HashMap<>();
        for (Rule rule : rules.rules().values()) {
            Rule known = previous.rules().get(rule.key());
            if (rule.equals(known)) {
                inService.put(rule.key(), known);
                continue;
            }
            RuleRejection rejection = RuleCheck.check(rule);
            if (rejection == null) {
                inService.put(rule.key(), rule);
                continue;
            }
            rejections.add(rejection);
            if (known != null) {
                inService.put(rule.key(), known);
            }
        }
        rejections.sort(Comparator.comparing(RuleRejection::key));
        return inService;
    }

    private Map<String, Cluster> clusters(ProxyView view, InboundServices inbound) {
        Map<String, Cluster> clusters = new HashMap<>();
        for (Service service : view.services().services()) {
            Clusters.compile(
                    service,
                    view.destinationRules().lookup(service.host(), service.namespace()),
                    identity.mode() == Mode.GATEWAY,
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
