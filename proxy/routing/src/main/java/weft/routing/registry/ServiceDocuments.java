package weft.routing.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * Every service that rules describe, whatever kind describes it: ServiceEntry, or Kubernetes' Service with its
 * Endpoints and EndpointSlices. Immutable.
 */
public final class ServiceDocuments {
    /** Kinds that services are read from; a change of another kind changes no service. */
    public static final List<String> KINDS =
            List.of("Service", "ServiceEntry", "WorkloadEntry", RegisteredWorkload.KIND, "Endpoints", "EndpointSlice");

    private static final String SERVICE = "Service";
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final List<Rule> rules;
    private final WorkloadIndex workloads;
    private final Map<RuleKey, List<Rule>> endpoints = new HashMap<>();
    private final Map<RuleKey, List<Rule>> slices = new HashMap<>();
    /* Read when first asked for; whoever comes to it at the same time reads the same. */
    private @Nullable List<Service> all;

    /** Takes the rules of each kind, oldest first. */
    public ServiceDocuments(Function<String, List<Rule>> ofKind) {
        List<Rule> all = new ArrayList<>(ofKind.apply(SERVICE));
        all.addAll(ofKind.apply("ServiceEntry"));
        all.sort(Rule.OLDEST_FIRST);
        this.rules = List.copyOf(all);
        List<Rule> selectable = new ArrayList<>(ofKind.apply("WorkloadEntry"));
        selectable.addAll(ofKind.apply(RegisteredWorkload.KIND));
        this.workloads = new WorkloadIndex(selectable);
        for (Rule rule : ofKind.apply("Endpoints")) {
            add(rule, rule.key().name(), endpoints);
        }
        for (Rule rule : ofKind.apply("EndpointSlice")) {
            add(rule, rule.metadata().getLabels().getOrDefault(SERVICE_NAME, ""), slices);
        }
    }

    private static void add(Rule rule, String service, Map<RuleKey, List<Rule>> to) {
        if (!service.isEmpty() && service.indexOf('/') < 0) {
            to.computeIfAbsent(new RuleKey(SERVICE, rule.key().namespace(), service), key -> new ArrayList<>())
                    .add(rule);
        }
    }

    /** The documents that describe a service, oldest first. */
    public List<Rule> rules() {
        return rules;
    }

    /** The services of all documents, oldest first. */
    public List<Service> all() {
        List<Service> known = all;
        if (known == null) {
            List<Service> services = new ArrayList<>();
            rules.forEach(rule -> services.addAll(of(rule)));
            known = List.copyOf(services);
            all = known;
        }
        return known;
    }

    /** The services of one of these documents: one per host of a ServiceEntry. */
    public List<Service> of(Rule rule) {
        if (!rule.key().kind().equals(SERVICE)) {
            return ServiceEntryReader.read(rule, workloads);
        }
        KubernetesEndpoints listed = KubernetesEndpoints.of(
                endpoints.getOrDefault(rule.key(), List.of()), slices.getOrDefault(rule.key(), List.of()));
        return List.of(KubernetesServiceReader.read(rule, workloads, listed));
    }

    /** Labels that the workloads of a service carry; null for a service that selects none, but lists addresses. */
    public static @Nullable Map<String, String> selector(Rule rule) {
        if (!rule.key().kind().equals(SERVICE)) {
            return ServiceEntryReader.selector(rule);
        }
        Map<String, String> selector = KubernetesServiceReader.spec(rule).getSelector();
        return selector.isEmpty() ? null : selector;
    }
}
