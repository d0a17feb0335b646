package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.util.ClassSecurityValidator;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.rules.Rule;
import weft.schema.ConnectionPoolSettings;
import weft.schema.ConnectionPoolTCP;
import weft.schema.Destination;
import weft.schema.DestinationRule;
import weft.schema.DestinationRuleSpec;
import weft.schema.Gateway;
import weft.schema.GatewayPort;
import weft.schema.GatewayServer;
import weft.schema.GatewaySpec;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.HTTPRouteDestination;
import weft.schema.Metadata;
import weft.schema.ServiceEntry;
import weft.schema.ServiceEntryResolution;
import weft.schema.ServiceEntrySpec;
import weft.schema.ServicePort;
import weft.schema.StringMatch;
import weft.schema.Subset;
import weft.schema.TrafficPolicy;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;
import weft.schema.WorkloadEntrySpec;

/** Rules of a mesh as large as wanted, for benchmarks. Thread-safe: functions only. */
final class SyntheticMesh {
    static final ProxyIdentity GATEWAY = new ProxyIdentity(
            "gateway", "istio-system", Map.of("istio", "gateway"), "", "", "gateway", Mode.GATEWAY, List.of());
    static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "sidecar",
            "default",
            Map.of("app", "client"),
            "",
            "",
            "client",
            Mode.SIDECAR,
            List.of(),
            new OutboundSocket("127.0.0.1", 15001));

    private static final int HTTP_PORT = 9080;
    private static final int SERVICES_OF_GATEWAY = 1000;

    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.DEFAULT, c -> c.getName().startsWith("weft.schema.")));
    }

    private SyntheticMesh() {}

    /** One Gateway and so many VirtualServices, each with a host of its own, over 1,000 services. */
    static List<Rule> gateway(int virtualServices) {
        List<Rule> rules = new ArrayList<>();
        rules.add(Rule.of(new Gateway(
                metadata("web"),
                GatewaySpec.newBuilder()
                        .setSelector(Map.of("istio", "gateway"))
                        .setServers(List.of(GatewayServer.newBuilder()
                                .setPort(GatewayPort.newBuilder()
                                        .setNumber(80)
                                        .setName("http")
                                        .setProtocol("HTTP")
                                        .build())
                                .setHosts(List.of("*"))
                                .build()))
                        .build())));
        for (int i = 0; i < Math.min(virtualServices, SERVICES_OF_GATEWAY); i++) {
            rules.add(service(i));
        }
        for (int i = 0; i < virtualServices; i++) {
            rules.add(virtualService(i, "host-" + i + ".example.com", "default/web", i % SERVICES_OF_GATEWAY, 50));
        }
        return rules;
    }

    /** Services, each with a VirtualService and a DestinationRule: a third each. */
    static List<Rule> sidecar(int total) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < total / 3; i++) {
            rules.add(service(i));
            rules.add(virtualService(i, host(i), "mesh", i, 50));
            rules.add(destinationRule(i, 100));
        }
        return rules;
    }

    static String host(int service) {
        return "service-" + service + ".default.svc.cluster.local";
    }

    /** Two routes: one by prefix over two subsets, the rest to one. */
    static Rule virtualService(int number, String host, String gateway, int service, int weight) {
        HTTPRoute first = HTTPRoute.newBuilder()
                .setMatch(List.of(HTTPMatchRequest.newBuilder()
                        .setUri(StringMatch.newBuilder().setPrefix("/api/").build())
                        .build()))
                .setRoute(List.of(target(service, "v1", weight), target(service, "v2", 100 - weight)))
                .build();
        HTTPRoute rest = HTTPRoute.newBuilder()
                .setRoute(List.of(target(service, "v1", 0)))
                .build();
        return Rule.of(new VirtualService(
                metadata("route-" + number),
                VirtualServiceSpec.newBuilder()
                        .setHosts(List.of(host))
                        .setGateways(List.of(gateway))
                        .setHttp(List.of(first, rest))
                        .build()));
    }

    private static HTTPRouteDestination target(int service, String subset, int weight) {
        return HTTPRouteDestination.newBuilder()
                .setDestination(Destination.newBuilder()
                        .setHost(host(service))
                        .setSubset(subset)
                        .build())
                .setWeight(weight)
                .build();
    }

    static Rule service(int number) {
        return service(number, 1);
    }

    static Rule service(int number, int weight) {
        return Rule.of(new ServiceEntry(
                metadata("service-" + number),
                ServiceEntrySpec.newBuilder()
                        .setHosts(List.of(host(number)))
                        .setPorts(List.of(ServicePort.newBuilder()
                                .setNumber(HTTP_PORT)
                                .setName("http")
                                .setProtocol("HTTP")
                                .build()))
                        .setResolution(ServiceEntryResolution.STATIC)
                        .setEndpoints(List.of(endpoint(number, "v1", weight), endpoint(number, "v2", 1)))
                        .build()));
    }

    private static WorkloadEntrySpec endpoint(int number, String version, int weight) {
        return WorkloadEntrySpec.newBuilder()
                .setAddress("10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255))
                .setLabels(Map.of("app", "service-" + number, "version", version))
                .setWeight(weight)
                .build();
    }

    static Rule destinationRule(int number, int maxConnections) {
        return Rule.of(new DestinationRule(
                metadata("rule-" + number),
                DestinationRuleSpec.newBuilder()
                        .setHost(host(number))
                        .setTrafficPolicy(TrafficPolicy.newBuilder()
                                .setConnectionPool(ConnectionPoolSettings.newBuilder()
                                        .setTcp(ConnectionPoolTCP.newBuilder()
                                                .setMaxConnections(maxConnections)
                                                .build())
                                        .build())
                                .build())
                        .setSubsets(List.of(subset("v1"), subset("v2")))
                        .build()));
    }

    private static Subset subset(String version) {
        return Subset.newBuilder()
                .setName(version)
                .setLabels(Map.of("version", version))
                .build();
    }

    private static Metadata metadata(String name) {
        return Metadata.newBuilder().setName(name).build();
    }
}
