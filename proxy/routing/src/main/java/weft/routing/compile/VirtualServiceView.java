package weft.routing.compile;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import weft.routing.host.HostNames;
import weft.rules.Rule;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/**
 * A VirtualService with its short names completed. Immutable.
 *
 * @param hosts full names in lower case, each once
 * @param gateways {@code namespace/name} or {@code mesh}
 * @param http entries with those of delegates in their place
 */
record VirtualServiceView(
        Rule rule, VirtualServiceSpec spec, List<String> hosts, Set<String> gateways, List<HttpEntry> http) {
    static final String MESH = "mesh";

    static VirtualServiceView of(Rule rule, Delegates delegates) {
        VirtualServiceSpec spec = ((VirtualService) rule.resource()).getSpec();
        return new VirtualServiceView(
                rule, spec, hosts(rule), gateways(spec.getGateways(), rule.key().namespace()), delegates.entries(rule));
    }

    /** Full names of the hosts of a VirtualService, in lower case, each once. */
    static List<String> hosts(Rule rule) {
        List<String> written = ((VirtualService) rule.resource()).getSpec().getHosts();
        if (written.size() == 1) {
            return List.of(host(written.get(0), rule));
        }
        Set<String> hosts = new LinkedHashSet<>();
        for (String host : written) {
            hosts.add(host(host, rule));
        }
        return List.copyOf(hosts);
    }

    private static String host(String written, Rule rule) {
        return HostNames.resolve(written, rule.key().namespace()).toLowerCase(Locale.ROOT);
    }

    /** Full names of gateways; no list means the mesh. */
    static Set<String> gateways(List<String> names, String namespace) {
        if (names.isEmpty()) {
            return Set.of(MESH);
        }
        if (names.size() == 1) {
            return Set.of(gateway(names.get(0), namespace));
        }
        Set<String> gateways = new LinkedHashSet<>();
        for (String name : names) {
            gateways.add(gateway(name, namespace));
        }
        return gateways;
    }

    private static String gateway(String name, String namespace) {
        if (name.equals(MESH)) {
            return name;
        }
        if (name.startsWith("./")) {
            return namespace + name.substring(1);
        }
        if (name.indexOf('/') >= 0) {
            return name;
        }
        int dot = name.indexOf('.');
        if (dot < 0) {
            return namespace + "/" + name;
        }
        // The spelling of Istio before 1.0: name.namespace.svc.cluster.local.
        int end = name.indexOf('.', dot + 1);
        return name.substring(dot + 1, end < 0 ? name.length() : end) + "/" + name.substring(0, dot);
    }

    String namespace() {
        return rule.key().namespace();
    }

    /** Those bound to this gateway that the namespace sees: private ones, those exported to it, public ones. */
    static List<VirtualServiceView> select(List<VirtualServiceView> oldestFirst, String gateway, String namespace) {
        List<VirtualServiceView> own = new ArrayList<>();
        List<VirtualServiceView> exported = new ArrayList<>();
        List<VirtualServiceView> open = new ArrayList<>();
        for (VirtualServiceView service : oldestFirst) {
            if (!service.gateways.contains(gateway)) {
                continue;
            }
            List<String> exportTo = service.spec.getExportTo();
            if (ExportTo.isPublic(exportTo)) {
                open.add(service);
            } else if (!exportTo.contains("~") && ExportTo.isVisible(exportTo, service.namespace(), namespace)) {
                (service.namespace().equals(namespace) ? own : exported).add(service);
            }
        }
        own.addAll(exported);
        own.addAll(open);
        return own;
    }
}
