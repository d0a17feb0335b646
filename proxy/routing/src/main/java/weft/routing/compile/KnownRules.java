package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weft.routing.host.HostNames;
import weft.routing.registry.RegisteredWorkload;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.ServiceEntry;
import weft.schema.WorkloadEntry;

/**
 * Which rules concern a host, a delegate or a workload: what one compilation leaves to the next. Immutable.
 *
 * @param virtualServices by full host
 * @param roots VirtualServices by the delegates they name, {@code namespace/name}
 * @param services documents of services by host
 * @param selecting those of them that select workloads, by namespace
 * @param workloads WorkloadEntries and registered workloads by namespace, and by namespace and label
 * @param endpoints Endpoints and EndpointSlices by the service they may belong to, {@code namespace/name}, and by
 *     namespace
 * @param policies DestinationRules by full host
 * @param checks HealthCheckPolicies by target
 */
record KnownRules(
        RulesByName virtualServices,
        RulesByName roots,
        RulesByName services,
        RulesByName selecting,
        RulesByName workloads,
        RulesByName endpoints,
        RulesByName policies,
        RulesByName checks) {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    static KnownRules of(RuleIndex rules, ServiceDocuments documents) {
        List<Rule> virtualServices = rules.ofKind("VirtualService");
        List<Rule> endpoints = new ArrayList<>(rules.ofKind("Endpoints"));
        endpoints.addAll(rules.ofKind("EndpointSlice"));
        List<Rule> workloads = new ArrayList<>(rules.ofKind("WorkloadEntry"));
        workloads.addAll(rules.ofKind(RegisteredWorkload.KIND));
        return new KnownRules(
                RulesByName.of(virtualServices, VirtualServiceView::hosts),
                RulesByName.of(virtualServices, Delegates::named),
                RulesByName.of(documents.rules(), KnownRules::hosts),
                RulesByName.of(documents.rules(), KnownRules::selectingIn),
                RulesByName.of(workloads, KnownRules::workload),
                RulesByName.of(endpoints, KnownRules::serviceOf),
                RulesByName.of(rules.ofKind("DestinationRule"), rule -> List.of(DestinationRules.host(rule))),
                RulesByName.of(rules.ofKind(HealthChecks.KIND), rule -> List.of(HealthChecks.target(rule))));
    }

    /** Hosts of a document of services. */
    static List<String> hosts(Rule document) {
        if (document.resource() instanceof ServiceEntry entry) {
            return entry.getSpec().getHosts();
        }
        return List.of(host(document.key().name(), document.key().namespace()));
    }

    /** Full host of a Kubernetes Service. */
    static String host(String name, String namespace) {
        return HostNames.resolve(name, namespace);
    }

    private static List<String> selectingIn(Rule document) {
        return ServiceDocuments.selector(document) == null
                ? List.of()
                : List.of(document.key().namespace());
    }

    /** Labels of metadata hide those of the spec: what is found by them is held against the selector once more. */
    private static List<String> workload(Rule workload) {
        String namespace = workload.key().namespace();
        List<String> names = new ArrayList<>(List.of(namespace));
        ((WorkloadEntry) workload.resource())
                .getSpec()
                .getLabels()
                .forEach((name, value) -> names.add(label(namespace, name, value)));
        workload.metadata().getLabels().forEach((name, value) -> names.add(label(namespace, name, value)));
        return names;
    }

    private static String label(String namespace, String name, String value) {
        return namespace + "/" + name + "=" + value;
    }

    /** The service that Endpoints are of, and their namespace. */
    static List<String> serviceOf(Rule endpoints) {
        String namespace = endpoints.key().namespace();
        String service = endpoints.key().kind().equals("Endpoints")
                ? endpoints.key().name()
                : endpoints.metadata().getLabels().getOrDefault(SERVICE_NAME, "");
        return List.of(namespace + "/" + service, namespace);
    }

    /** All documents that say something about the service of this host, and no others but by chance. */
    ServiceDocuments documents(String host) {
        Map<String, List<Rule>> byKind = new TreeMap<>();
        for (Rule document : services.naming(host)) {
            add(List.of(document), byKind);
            String namespace = document.key().namespace();
            Map<String, String> selector = ServiceDocuments.selector(document);
            add(selector == null ? List.of() : workloads(namespace, selector), byKind);
            boolean isKubernetes = !(document.resource() instanceof ServiceEntry);
            List<Rule> listing = isKubernetes
                    ? endpoints.naming(namespace + "/" + document.key().name())
                    : List.of();
            add(listing, byKind);
            // What lists addresses takes what else is known about them from there.
            add(listing.isEmpty() ? List.of() : workloads.naming(namespace), byKind);
        }
        return new ServiceDocuments(kind -> oldestFirst(byKind.getOrDefault(kind, List.of())));
    }

    /** The DestinationRules that may apply to the service of this host. */
    DestinationRules destinationRules(String host, ProxyIdentity identity) {
        return new DestinationRules(policies.containing(List.of(host)), identity);
    }

    /** The HealthCheckPolicies for this service. */
    HealthChecks healthChecks(Service service, ProxyIdentity identity) {
        List<Rule> found = new ArrayList<>();
        HealthChecks.targetsOf(service).forEach(target -> found.addAll(checks.naming(target)));
        return new HealthChecks(found, identity);
    }

    private static void add(List<Rule> rules, Map<String, List<Rule>> byKind) {
        rules.forEach(rule -> byKind.computeIfAbsent(rule.key().kind(), kind -> new ArrayList<>())
                .add(rule));
    }

    /** Each once, of rules most of which are in order. */
    private static List<Rule> oldestFirst(List<Rule> rules) {
        List<Rule> sorted = new ArrayList<>(rules);
        sorted.sort(Rule.OLDEST_FIRST);
        List<Rule> once = new ArrayList<>(sorted.size());
        for (Rule rule : sorted) {
            if (once.isEmpty() || Rule.OLDEST_FIRST.compare(once.get(once.size() - 1), rule) != 0) {
                once.add(rule);
            }
        }
        return once;
    }

    private List<Rule> workloads(String namespace, Map<String, String> selector) {
        List<Rule> fewest = workloads.naming(namespace);
        for (Map.Entry<String, String> label : selector.entrySet()) {
            List<Rule> labelled = workloads.naming(label(namespace, label.getKey(), label.getValue()));
            fewest = labelled.size() < fewest.size() ? labelled : fewest;
        }
        return fewest;
    }

    /** With one rule in the place of another of the same key; null for none. */
    KnownRules with(Admission.Change change) {
        Rule gone = change.before();
        Rule come = change.after();
        return switch (change.key().kind()) {
            case "VirtualService" -> routes(virtualServices.with(gone, come), roots.with(gone, come));
            case "Service", "ServiceEntry" ->
                registry(services.with(gone, come), selecting.with(gone, come), workloads, endpoints);
            case "WorkloadEntry", RegisteredWorkload.KIND ->
                registry(services, selecting, workloads.with(gone, come), endpoints);
            case "Endpoints", "EndpointSlice" -> registry(services, selecting, workloads, endpoints.with(gone, come));
            case "DestinationRule" -> policies(policies.with(gone, come), checks);
            case HealthChecks.KIND -> policies(policies, checks.with(gone, come));
            default -> this;
        };
    }

    private KnownRules routes(RulesByName byHost, RulesByName byDelegate) {
        return new KnownRules(byHost, byDelegate, services, selecting, workloads, endpoints, policies, checks);
    }

    private KnownRules registry(RulesByName documents, RulesByName selectors, RulesByName entries, RulesByName slices) {
        return new KnownRules(virtualServices, roots, documents, selectors, entries, slices, policies, checks);
    }

    private KnownRules policies(RulesByName rules, RulesByName probes) {
        return new KnownRules(virtualServices, roots, services, selecting, workloads, endpoints, rules, probes);
    }
}
