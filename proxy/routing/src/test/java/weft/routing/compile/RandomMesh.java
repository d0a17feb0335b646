package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import weft.routing.TestRules;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * Small meshes and changes to them, drawn by chance from few names, so that rules meet each other often. Confined to one
 * test.
 *
 * <p>Each mesh has its own habits: what is rare in all, as wildcards or Sidecars, is common in some and absent from most.
 */
final class RandomMesh {
    private static final String[] NAMESPACES = {"default", "default", "other", "istio-system"};
    private static final String[] KINDS = {
        "VirtualService",
        "VirtualService",
        "VirtualService",
        "VirtualService",
        "DestinationRule",
        "DestinationRule",
        "ServiceEntry",
        "ServiceEntry",
        "WorkloadEntry",
        "WorkloadEntry",
        "HealthCheckPolicy"
    };

    private final Random random;
    private final boolean hasWildcards;
    private final boolean hasSidecars;
    private final boolean hasLayer4;
    private final boolean hasAliases;
    private final boolean changesGateways;
    private final boolean hasAnnotatedGateways;
    private final boolean changesServices;
    private final boolean hasKubernetes;
    private final boolean hasExternalNames;
    private final boolean hasSharedAddresses;

    RandomMesh(Random random) {
        this.random = random;
        hasWildcards = random.nextInt(4) == 0;
        hasSidecars = random.nextInt(6) == 0;
        hasLayer4 = random.nextInt(4) == 0;
        hasAliases = random.nextInt(3) == 0;
        changesGateways = random.nextInt(4) == 0;
        hasAnnotatedGateways = random.nextInt(6) == 0;
        changesServices = random.nextInt(3) == 0;
        hasKubernetes = random.nextInt(2) == 0;
        hasExternalNames = random.nextInt(5) == 0;
        hasSharedAddresses = random.nextInt(6) == 0;
    }

    /** Enough rules that most names mean something. */
    List<Rule> start() {
        List<Rule> rules = new ArrayList<>();
        rules.add(gateway("web"));
        for (int i = 0; i < 5; i++) {
            rules.add(serviceEntry(pick(NAMESPACES), "s" + i));
        }
        for (int i = 3; i < 6 && hasKubernetes; i++) {
            rules.add(service(i));
            rules.add(endpoints(i));
        }
        for (int i = random.nextInt(14); i > 0; i--) {
            rules.add(rule(pick(KINDS)));
        }
        return rules;
    }

    /** A key of a rule there may be. */
    RuleKey key() {
        String kind = pick(KINDS);
        boolean isRegistered = kind.equals("WorkloadEntry") && random.nextBoolean();
        return new RuleKey(isRegistered ? "Workload" : kind, pick(NAMESPACES), "r" + random.nextInt(6));
    }

    Rule rule() {
        int rare = random.nextInt(30);
        if (rare == 0 && changesGateways) {
            return gateway(random.nextBoolean() ? "web" : "web2");
        }
        if (rare < 3 && hasSidecars) {
            return sidecar();
        }
        return rule(pick(KINDS));
    }

    private Rule rule(String kind) {
        String name = "r" + random.nextInt(6);
        return switch (kind) {
            case "VirtualService" -> random.nextInt(5) == 0 ? delegate() : virtualService(name);
            case "DestinationRule" -> destinationRule(name);
            case "ServiceEntry" -> serviceEntry(pick(NAMESPACES), "s" + random.nextInt(6));
            case "Endpoints" -> hasKubernetes ? endpoints(2 + random.nextInt(4)) : destinationRule(name);
            case "Service" -> hasKubernetes ? service(2 + random.nextInt(4)) : virtualService(name);
            case "HealthCheckPolicy" -> healthCheck(name);
            default -> workloadEntry(name);
        };
    }

    private Rule healthCheck(String name) {
        String target = random.nextInt(3) == 0
                ? "targetRef: {kind: %s, name: s%d}".formatted(pick("Service", "ServiceEntry"), random.nextInt(6))
                : "host: " + pick(fullHost(random.nextInt(6)), "s" + random.nextInt(6));
        String part = pick("", "", ", port: 80", ", subset: v1", ", port: 80, subset: v1");
        return parse("""
                        kind: HealthCheckPolicy
                        metadata: %s
                        spec: {%s, tcpHealthCheck: {}, interval: %ds%s}
                        """.formatted(metadata(pick(NAMESPACES), name), target, 1 + random.nextInt(4), part));
    }

    /** Mostly the same for one name, as order among rules is seldom what changes. */
    private String metadata(String namespace, String name) {
        int year = random.nextInt(15) == 0 ? random.nextInt(3) : Math.floorMod(name.hashCode() + namespace.length(), 3);
        return "{name: %s, namespace: %s, creationTimestamp: \"202%d-01-01T00:00:00Z\"}"
                .formatted(name, namespace, year);
    }

    private String host() {
        int kind = random.nextInt(hasWildcards ? 7 : hasAliases ? 6 : 5);
        return switch (kind) {
            case 0, 1, 2 -> fullHost(random.nextInt(6));
            case 3 -> "s" + random.nextInt(6);
            case 4 -> pick("x.com", "a.x.com", "y.org", "S1.default.svc.cluster.local", "a.b.x.com");
            case 5 ->
                hasAliases
                        ? pick("s1.default", "s2.other", "s1.default.svc", "10.0.0.1", "10.0.0.3", "s2.other.svc")
                        : "y.org";
            default -> pick("*.x.com", "*.default.svc.cluster.local", "*", "*.svc.cluster.local", "*.com");
        };
    }

    private static String fullHost(int service) {
        return "s" + service + "." + (service % 3 == 2 ? "other" : "default") + ".svc.cluster.local";
    }

    private String hosts() {
        StringBuilder hosts = new StringBuilder("[\"" + host() + "\"");
        for (int i = random.nextInt(3); i > 0; i--) {
            hosts.append(", \"").append(host()).append('"');
        }
        return hosts.append(']').toString();
    }

    private String exportTo() {
        return pick("[]", "[]", "[]", "[]", "['.']", "['*']", "[default]", "[other]", "['~']");
    }

    private String gateways() {
        return pick("[]", "[mesh]", "[default/web]", "[default/web, mesh]", "[web]", "[default/web2, mesh]");
    }

    private Rule virtualService(String name) {
        StringBuilder http = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            http.append(entry());
        }
        String layer4 = !hasLayer4 || random.nextInt(3) > 0
                ? ""
                : pick(
                        "  tcp: [{route: [{destination: {host: s1}}]}]\n",
                        "  tls: [{match: [{sniHosts: [a.x.com], port: 443}], route: [{destination: {host: s2}}]}]\n",
                        "  tcp: [{match: [{port: 9000}], route: [{destination: {host: s3, subset: v1}}]}]\n");
        return parse("""
                kind: VirtualService
                metadata: %s
                spec:
                  hosts: %s
                  gateways: %s
                  exportTo: %s
                %s  http:
                %s""".formatted(metadata(pick(NAMESPACES), name), hosts(), gateways(), exportTo(), layer4, http));
    }

    private Rule delegate() {
        return parse("""
                kind: VirtualService
                metadata: %s
                spec:
                  exportTo: %s
                  http:
                %s""".formatted(metadata(pick(NAMESPACES), "d" + random.nextInt(2)), exportTo(), entry()));
    }

    private String entry() {
        String match = switch (random.nextInt(9)) {
            case 0, 1 -> "";
            case 2 -> "match: [{uri: {regex: '('}}], "; // does not compile
            case 3 -> "match: [{port: 9080}], ";
            case 4 -> "match: [{gateways: [mesh], uri: {prefix: /m}}], ";
            case 5 -> "match: [{sourceLabels: {app: client}, uri: {exact: /s}}], ";
            default -> "match: [{uri: {prefix: /p%d}}], ".formatted(random.nextInt(4));
        };
        if (random.nextInt(5) == 0) {
            return "  - {%sdelegate: {name: d%d, namespace: %s}}\n"
                    .formatted(match, random.nextInt(2), pick(NAMESPACES));
        }
        return "  - {%sroute: [{destination: {host: s%d, subset: v%d}, weight: %d}, {destination: {host: s%d}, weight: 1}]}\n"
                .formatted(match, random.nextInt(6), random.nextInt(2), random.nextInt(4), random.nextInt(6));
    }

    private Rule destinationRule(String name) {
        String selector = random.nextInt(6) == 0 ? "\n  workloadSelector: {matchLabels: {app: client}}" : "";
        return parse("""
                kind: DestinationRule
                metadata: %s
                spec:
                  host: "%s"
                  exportTo: %s
                  trafficPolicy: {connectionPool: {tcp: {maxConnections: %d}}}
                  subsets: [{name: v%d, labels: {version: v%d}}]%s
                """.formatted(
                        metadata(pick(NAMESPACES), name),
                        random.nextInt(6) == 0 ? pick("*.default.svc.cluster.local", "*") : host(),
                        exportTo(),
                        1 + random.nextInt(3),
                        random.nextInt(2),
                        random.nextInt(2),
                        selector));
    }

    /** The same but for its endpoints each time, unless this mesh changes services. */
    private Rule serviceEntry(String namespace, String name) {
        int number = name.charAt(1) - '0';
        boolean isOther = changesServices && random.nextInt(4) == 0;
        int port = isOther ? pick(80, 8080) : number % 2 == 0 ? 9080 : 80;
        String protocol = isOther || hasLayer4 && number == 3 ? pick("TCP", "TLS", "HTTP") : "HTTP";
        String addresses =
                number == 1 ? "[10.0.0.1]" : hasSharedAddresses && number == 2 ? "[10.0.0.1, 10.0.0.3]" : "[]";
        String instances = number == 4
                ? "workloadSelector: {labels: {app: a}}"
                : "endpoints: [{address: 10.1.0.%d, labels: {version: v%d}}, {address: 10.1.0.9, labels: {%s}}]"
                        .formatted(
                                random.nextInt(4),
                                random.nextInt(2),
                                random.nextInt(20) == 0 ? "istio: gw" : "version: v1");
        String host = isOther && hasWildcards && random.nextInt(3) == 0 ? "*.x.com" : fullHost(number);
        return parse("""
                kind: ServiceEntry
                metadata: %s
                spec:
                  hosts: ["%s"]
                  addresses: %s
                  resolution: STATIC
                  exportTo: %s
                  ports: [{number: %d, name: p, protocol: %s}]
                  %s
                """.formatted(
                metadata(namespace, name), host, addresses, isOther ? exportTo() : "[]", port, protocol, instances));
    }

    private static String namespaceOf(int service) {
        return service % 3 == 2 ? "other" : "default";
    }

    /** Of those services that start with one; mostly the same each time. */
    private Rule service(int number) {
        boolean isOther = changesServices && random.nextInt(3) == 0;
        String spec = hasExternalNames && number == 4
                ? "type: ExternalName, externalName: %s, ".formatted(fullHost(isOther ? 3 : 1))
                : number == 5 || isOther && random.nextBoolean()
                        ? "clusterIP: None, selector: {app: a}, "
                        : "clusterIP: 10.0.0.%d, ".formatted(isOther ? 1 : 10 + number);
        String exportTo = isOther && random.nextBoolean() ? ", annotations: {networking.istio.io/exportTo: other}" : "";
        return parse("""
                kind: Service
                metadata: {name: s%d, namespace: %s%s}
                spec: {%sports: [{name: %s, port: %d}]}
                """.formatted(
                        number,
                        namespaceOf(number),
                        exportTo,
                        spec,
                        hasLayer4 && number == 5 ? "tcp" : "http",
                        isOther ? 8080 : 9080));
    }

    private Rule endpoints(int number) {
        String address = "10.1.0." + random.nextInt(4);
        String ports = "ports: [{name: http, port: %d}]".formatted(8000 + random.nextInt(2));
        if (random.nextBoolean()) {
            return parse("""
                    kind: Endpoints
                    metadata: {name: s%d, namespace: %s}
                    subsets: [{addresses: [{ip: %s}], %s}]
                    """.formatted(number, namespaceOf(number), address, ports));
        }
        return parse("""
                kind: EndpointSlice
                metadata: {name: r%d, namespace: %s, labels: {kubernetes.io/service-name: s%d}}
                addressType: IPv4
                endpoints: [{addresses: [%s]}]
                %s
                """.formatted(random.nextInt(6), namespaceOf(number), number, address, ports));
    }

    private Rule workloadEntry(String name) {
        Rule entry = parse("""
                kind: WorkloadEntry
                metadata: %s
                spec: {address: 10.2.0.%d, labels: {app: %s, version: v%d}}
                """.formatted(
                        metadata(pick(NAMESPACES), name),
                        random.nextInt(4),
                        random.nextBoolean() ? "a" : "b",
                        random.nextInt(2)));
        return random.nextInt(3) > 0
                ? entry
                : new Rule(new RuleKey("Workload", entry.key().namespace(), name), entry.metadata(), entry.resource());
    }

    private Rule gateway(String name) {
        String annotations = hasAnnotatedGateways
                ? ", annotations: {internal.istio.io/gateway-service: s1.default.svc.cluster.local}"
                : "";
        String https = random.nextInt(2) == 0 ? "" : """
                  - {port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*.x.com", "./y.org"], tls: {mode: SIMPLE, credentialName: c}}
                  - {port: {number: 443, name: more, protocol: HTTPS}, hosts: ["*/s1.default.svc.cluster.local"], tls: {mode: SIMPLE, credentialName: d}}
                """;
        String layer4 = !hasLayer4 ? "" : """
                  - {port: {number: 444, name: tls, protocol: TLS}, hosts: ["a.x.com"], tls: {mode: PASSTHROUGH}}
                  - {port: {number: 445, name: auto, protocol: TLS}, hosts: ["*"], tls: {mode: AUTO_PASSTHROUGH}}
                  - {port: {number: 9000, name: tcp, protocol: TCP}, hosts: ["*"]}
                """;
        return parse("""
                kind: Gateway
                metadata: {name: %s, namespace: default%s}
                spec:
                  selector: {istio: gw}
                  servers:
                  - {port: {number: %d, name: http, protocol: HTTP}, hosts: %s, tls: {httpsRedirect: %b}}
                  - {port: {number: 8080, name: http2, protocol: HTTP2}, hosts: ["%s"]}
                %s%s""".formatted(
                        name,
                        annotations,
                        name.equals("web") ? 80 : 8080,
                        pick("[\"*\"]", "[\"*.x.com\", \"*.default.svc.cluster.local\"]", "[\"default/*\"]"),
                        random.nextInt(3) == 0,
                        pick("*", "*.com", "a.x.com"),
                        https,
                        layer4));
    }

    private Rule sidecar() {
        return parse("""
                kind: Sidecar
                metadata: {name: side, namespace: %s}
                spec: %s
                """.formatted(
                        pick("default", "istio-system"),
                        pick(
                                "{egress: [{hosts: ['./*']}]}",
                                "{egress: [{hosts: ['other/*'], port: {number: 80, protocol: HTTP, name: p}}]}",
                                "{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}",
                                "{egress: [{hosts: ['*/*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}")));
    }

    private static Rule parse(String yaml) {
        return TestRules.parse(yaml).get(0);
    }

    private String pick(String... from) {
        return from[random.nextInt(from.length)];
    }

    private int pick(int... from) {
        return from[random.nextInt(from.length)];
    }
}
