package weft.routing.analyze;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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

    /** Entries that no namespace sees together do not meet. */
    private static void conflict(List<Object> place, Map<Protocol, Map<RuleKey, Rule>> byProtocol, Findings findings) {
        if (byProtocol.size() < 2) {
            return;
        }
        byProtocol.forEach((protocol, rules) -> {
            for (Rule rule : rules.values()) {
                Set<Protocol> protocols = EnumSet.of(protocol);
                List<Rule> rivals = new ArrayList<>();
                byProtocol.forEach((other, theirs) -> {
                    List<Rule> met = other == protocol
                            ? List.of()
                            : theirs.values().stream()
                                    .filter(rival -> !rival.key().equals(rule.key()) && meet(rule, rival))
                                    .toList();
                    if (!met.isEmpty()) {
                        protocols.add(other);
                        rivals.addAll(met);
                    }
                });
                if (!rivals.isEmpty()) {
                    findings.add(
                            FindingCode.IST0177,
                            rule,
                            "ports",
                            "port " + place.get(1) + " of " + place.get(0) + " is " + protocols + ", see "
                                    + Naming.others(rivals, rule));
                }
            }
        });
    }

    private static boolean meet(Rule one, Rule other) {
        Set<String> mine = viewers(one);
        Set<String> theirs = viewers(other);
        return mine.contains("*") || theirs.contains("*") || !Collections.disjoint(mine, theirs);
    }

    private static Set<String> viewers(Rule rule) {
        List<String> exportTo = ((ServiceEntry) rule.resource()).getSpec().getExportTo();
        return exportTo.isEmpty()
                ? Set.of("*")
                : exportTo.stream()
                        .map(each -> each.equals(".") ? rule.key().namespace() : each)
                        .collect(Collectors.toSet());
    }
}
