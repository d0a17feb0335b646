package weft.routing.analyze;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weft.routing.registry.Protocol;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.ServiceEntry;
import weft.schema.ServiceEntrySpec;
import weft.schema.ServicePort;

/** ServiceEntries that cannot be told apart or contradict each other. Thread-safe: functions only. */
final class ServiceEntryFindings {
    private ServiceEntryFindings() {}

    static void analyze(Mesh mesh, Findings findings) {
        // By key: the hash of a rule goes over all its hosts, and it would be asked for at each of them.
        Map<List<Object>, Map<Protocol, Map<RuleKey, Rule>>> declared = new LinkedHashMap<>();
        for (Rule rule : mesh.ofKind("ServiceEntry")) {
            ServiceEntrySpec spec = ((ServiceEntry) rule.resource()).getSpec();
            for (int i = 0; i < spec.getPorts().size(); i++) {
                ServicePort port = spec.getPorts().get(i);
                boolean isTcp =
                        port.getProtocol().isEmpty() || port.getProtocol().equalsIgnoreCase("TCP");
                if (isTcp && spec.getAddresses().isEmpty()) {
                    findings.add(
                            FindingCode.IST0134,
                            rule,
                            "ports[" + i + "]",
                            "port " + port.getNumber() + " is TCP: without addresses it takes the port of every host");
                }
                for (String host : spec.getHosts()) {
                    declared.computeIfAbsent(
                                    List.of(host.toLowerCase(Locale.ROOT), port.getNumber()),
                                    key -> new LinkedHashMap<>())
                            .computeIfAbsent(
                                    Protocol.of(port.getProtocol(), port.getName()), key -> new LinkedHashMap<>())
                            .put(rule.key(), rule);
                }
            }
        }
        declared.forEach((place, byProtocol) -> conflict(place, byProtocol, findings));
    }

    private static void conflict(List<Object> place, Map<Protocol, Map<RuleKey, Rule>> byProtocol, Findings findings) {
        Map<RuleKey, Rule> rules = new LinkedHashMap<>();
        byProtocol.values().forEach(rules::putAll);
        if (byProtocol.size() > 1 && rules.size() > 1) {
            for (Rule rule : rules.values()) {
                findings.add(
                        FindingCode.IST0177,
                        rule,
                        "ports",
                        "port " + place.get(1) + " of " + place.get(0) + " is " + byProtocol.keySet() + ", see "
                                + Naming.others(rules.values(), rule));
            }
        }
    }
}
