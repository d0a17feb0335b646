package weft.routing.registry;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weft.routing.TestRules;
import weft.routing.cluster.Cluster.Discovery;
import weft.rules.Rule;

/** Kubernetes' Service, Endpoints and EndpointSlice documents as services, after Istio's registry for Kubernetes. */
class KubernetesServicesTest {
    private static final String REVIEWS = "reviews.default.svc.cluster.local";

    private static ServiceRegistry registry(String namespace, String... yaml) {
        List<Rule> rules = new ArrayList<>();
        for (String documents : yaml) {
            rules.addAll(TestRules.parse(documents));
        }
        rules.sort(Rule.OLDEST_FIRST);
        ServiceDocuments documents = new ServiceDocuments(kind ->
                rules.stream().filter(rule -> rule.key().kind().equals(kind)).toList());
        return ServiceRegistry.of(documents.all(), namespace);
    }

    private static Service reviews(String... yaml) {
        return requireNonNull(registry("default", yaml).service(REVIEWS));
    }

    private static String service(String spec) {
        return "{kind: Service, metadata: {name: reviews}, spec: {" + spec + "}}";
    }

    private static String workload(String name, String address, String labels, String ports) {
        return "{kind: WorkloadEntry, metadata: {name: %s}, spec: {address: %s, labels: {%s}, ports: {%s}}}"
                .formatted(name, address, labels, ports);
    }

    /** {@code address:port} of each instance that serves the only port. */
    private static List<String> endpoints(Service service) {
        Service.Port port = service.ports().get(0);
        return service.instances().stream()
                .filter(instance -> instance.portFor(port) != 0)
                .map(instance -> instance.address() + ":" + instance.portFor(port))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "http, '', 9080, HTTP",
        "http-web, '', 9080, HTTP",
        "HTTP2-x, '', 9080, HTTP2",
        "grpc-api, '', 9080, GRPC",
        "grpc-web-api, '', 9080, GRPC_WEB",
        "tcp-x, '', 9080, TCP",
        "https-x, '', 9080, HTTPS",
        "mongo, '', 9080, MONGO",
        "web-http, '', 9080, SNIFFED",
        "'', '', 9080, SNIFFED",
        "'', '', 3306, TCP",
        "'', '', 27017, TCP",
        "'', '', 53, TCP",
        "'', '', 25, TCP",
        "http, '', 3306, HTTP",
        "tcp-x, http, 9080, HTTP",
        "http, kubernetes.io/h2c, 9080, HTTP2",
        "x, kubernetes.io/ws, 9080, HTTP",
        "x, kubernetes.io/wss, 9080, HTTPS",
        "http, example.com/own, 9080, SNIFFED",
    })
    void protocolComesFromAppProtocolThenNameThenWellKnownPort(
            String name, String appProtocol, int port, Protocol expected) {
        Service service = reviews(
                service("ports: [{port: %d, name: '%s', appProtocol: '%s'}]".formatted(port, name, appProtocol)));

        assertThat(service.ports()).extracting(Service.Port::protocol).containsExactly(expected);
    }

    @Test
    void transportUdpBeatsEveryName() {
        assertThat(reviews(service("ports: [{port: 53, name: http, protocol: UDP, appProtocol: grpc}]"))
                        .ports())
                .extracting(Service.Port::protocol)
                .containsExactly(Protocol.UDP);
    }

    @Test
    void virtualAddressesAreTheClusterIPs() {
        assertThat(reviews(service("ports: [{port: 80}], clusterIP: 10.0.0.1")).addresses())
                .containsExactly("10.0.0.1");
        assertThat(reviews(service("ports: [{port: 80}], clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 'fd00::1']"))
                        .addresses())
                .containsExactly("10.0.0.1", "fd00::1");
        Service headless = reviews(service("ports: [{port: 80}], clusterIP: None, clusterIPs: [None]"));
        assertThat(headless.addresses()).isEmpty();
        assertThat(headless.isHeadless()).isTrue();
        assertThat(headless.discovery()).isEqualTo(Discovery.ORIGINAL_DST);
    }

    @Test
    void selectorPicksWorkloadEntriesOfTheNamespaceByAllLabels() {
        String other = "{kind: WorkloadEntry, metadata: {name: x, namespace: other}, "
                + "spec: {address: 10.9.0.1, labels: {app: reviews, tier: a}}}";
        String byMetadata = "{kind: WorkloadEntry, metadata: {name: m, labels: {tier: a}}, "
                + "spec: {address: 10.0.0.4, labels: {app: reviews, tier: z}}}";

        Service service = reviews(
                service("selector: {app: reviews, tier: a}, ports: [{port: 80, targetPort: 9080}]"),
                workload("a", "10.0.0.1", "app: reviews, tier: a, version: v1", ""),
                workload("b", "10.0.0.2", "app: reviews", ""),
                other,
                byMetadata);

        assertThat(endpoints(service)).containsExactlyInAnyOrder("10.0.0.1:9080", "10.0.0.4:9080");
        assertThat(service.instances().get(0).labels()).containsEntry("version", "v1");
        assertThat(endpoints(reviews(service("ports: [{port: 80}]"), workload("a", "10.0.0.1", "app: x", ""))))
                .as("no selector selects nobody")
                .isEmpty();
    }

    @Test
    void targetPortIsANumberOrAPortOfTheWorkloadByName() {
        String numbered = service("selector: {app: r}, ports: [{name: web, port: 80, targetPort: 8080}]");
        assertThat(endpoints(reviews(numbered, workload("a", "1.1.1.1", "app: r", ""))))
                .containsExactly("1.1.1.1:8080");
        assertThat(endpoints(reviews(numbered, workload("a", "1.1.1.1", "app: r", "web: 7000"))))
                .as("a port of the workload named like the port of the service")
                .containsExactly("1.1.1.1:7000");

        String named = service("selector: {app: r}, ports: [{name: web, port: 80, targetPort: app-port}]");
        assertThat(endpoints(reviews(
                        named,
                        workload("a", "1.1.1.1", "app: r", "app-port: 7001, web: 1"),
                        workload("b", "1.1.1.2", "app: r", "web: 7002"))))
                .as("who lacks the named port does not serve")
                .containsExactly("1.1.1.1:7001");
        assertThat(endpoints(reviews(
                        service("selector: {app: r}, ports: [{port: 81}]"), workload("a", "1.1.1.1", "app: r", ""))))
                .containsExactly("1.1.1.1:81");
    }

    @Test
    void endpointsCountByPortNameWhenReady() {
        String endpoints = """
                kind: Endpoints
                metadata: {name: reviews}
                subsets:
                - addresses: [{ip: 10.1.0.1, targetRef: {kind: Pod, name: reviews-v1-x}}]
                  notReadyAddresses: [{ip: 10.1.0.2}]
                  ports: [{name: web, port: 9080}, {name: admin, port: 9090}]
                - addresses: [{ip: 10.1.0.3}]
                  ports: [{name: admin, port: 9091}]
                """;
        String ports = "ports: [{name: web, port: 80}, {name: admin, port: 81}]";

        Service service = reviews(service(ports), endpoints);
        assertThat(endpoints(service)).containsExactly("10.1.0.1:9080");
        assertThat(service.instances().get(0).workload()).isEqualTo("reviews-v1-x");
        assertThat(service.instances()).hasSize(2);
        assertThat(endpoints(reviews(service(ports + ", publishNotReadyAddresses: true"), endpoints)))
                .containsExactly("10.1.0.1:9080", "10.1.0.2:9080");
        assertThat(endpoints(reviews(service(ports), endpoints.replace("name: reviews}", "name: other}"))))
                .isEmpty();
    }

    @Test
    void slicesOfTheServiceCountAndReplaceEndpoints() {
        String slices = """
                kind: EndpointSlice
                metadata: {name: reviews-a, labels: {kubernetes.io/service-name: reviews}}
                addressType: IPv4
                endpoints:
                - addresses: [10.1.0.1]
                  conditions: {ready: true}
                - addresses: [10.1.0.2]
                  conditions: {ready: false}
                - addresses: [10.1.0.3]
                ports: [{name: '', port: 9080}]
                ---
                kind: EndpointSlice
                metadata: {name: reviews-b, labels: {kubernetes.io/service-name: reviews}}
                addressType: IPv6
                endpoints: [{addresses: ['fd00::1']}]
                ports: [{name: '', port: 9080}]
                ---
                kind: EndpointSlice
                metadata: {name: reviews-c, labels: {kubernetes.io/service-name: reviews}}
                addressType: FQDN
                endpoints: [{addresses: [reviews.example.com]}]
                ports: [{name: '', port: 9080}]
                ---
                kind: EndpointSlice
                metadata: {name: ratings-a, labels: {kubernetes.io/service-name: ratings}}
                endpoints: [{addresses: [10.2.0.1]}]
                ports: [{name: '', port: 9080}]
                ---
                kind: Endpoints
                metadata: {name: reviews}
                subsets: [{addresses: [{ip: 10.1.0.9}], ports: [{port: 9080}]}]
                """;

        assertThat(endpoints(reviews(service("ports: [{port: 80}]"), slices)))
                .containsExactly("10.1.0.1:9080", "10.1.0.3:9080", "fd00::1:9080");
    }

    @Test
    void anAddressThatIsListedTwiceIsOneEndpoint() {
        String slice = """
                kind: EndpointSlice
                metadata: {name: reviews-%s, labels: {kubernetes.io/service-name: reviews}}
                addressType: IPv4
                endpoints: [{addresses: [10.1.0.1]}]
                ports: [{name: '', port: 9080}]
                """;
        Service service = reviews(service("ports: [{port: 80}]"), slice.formatted("a"), slice.formatted("b"));

        assertThat(service.instances()).hasSize(1);
    }

    @Test
    void anEndpointTakesTheLabelsOfTheWorkloadEntryOfItsAddress() {
        String endpoints = "{kind: Endpoints, metadata: {name: reviews}, "
                + "subsets: [{addresses: [{ip: 10.1.0.1}], ports: [{port: 9080}]}]}";

        Service service =
                reviews(service("ports: [{port: 80}]"), endpoints, workload("w", "10.1.0.1", "version: v2", ""));

        assertThat(service.instances()).singleElement().satisfies(instance -> {
            assertThat(instance.labels()).isEqualTo(Map.of("version", "v2"));
            assertThat(instance.workload()).isEqualTo("w");
        });
        assertThat(endpoints(service)).containsExactly("10.1.0.1:9080");
    }

    @Test
    void exportToIsAnAnnotation() {
        String service = "{kind: Service, metadata: {name: reviews, annotations: "
                + "{networking.istio.io/exportTo: ' ., prod '}}, spec: {ports: [{port: 80}]}}";

        assertThat(reviews(service).exportTo()).containsExactly(".", "prod");
        assertThat(reviews(service("ports: [{port: 80}]")).exportTo()).isEmpty();
    }

    private static String entry(String namespace, int year, String rest) {
        return "{kind: ServiceEntry, metadata: {name: e, namespace: %s, creationTimestamp: '%d-01-01T00:00:00Z'}, "
                .formatted(namespace, year)
                .concat("spec: {hosts: [" + REVIEWS + "], resolution: STATIC, " + rest + "}}");
    }

    @Test
    void aServiceBeatsAnOlderServiceEntryOfItsHost() {
        String squatter = entry("other", 2000, "ports: [{number: 81, name: http}], endpoints: [{address: 6.6.6.6}]");
        String service = "{kind: Service, metadata: {name: reviews, creationTimestamp: '2020-01-01T00:00:00Z'}, "
                + "spec: {ports: [{name: http, port: 80}]}}";

        ServiceRegistry elsewhere = registry("elsewhere", squatter, service);
        assertThat(requireNonNull(elsewhere.service(REVIEWS)).ports())
                .extracting(Service.Port::number)
                .containsExactly(80);
        assertThat(endpoints(requireNonNull(elsewhere.service(REVIEWS)))).isEmpty();
        assertThat(requireNonNull(registry("other", squatter, service).service(REVIEWS))
                        .namespace())
                .as("the namespace of the proxy itself still comes first")
                .isEqualTo("other");
    }

    @Test
    void aServiceEntryOfTheSameNamespaceAddsEndpointsByPortName() {
        String entry = entry(
                "default",
                2000,
                "ports: [{number: 9999, name: http, targetPort: 7777}, {number: 82, name: extra}], "
                        + "endpoints: [{address: 10.5.0.1}]");
        String service = service("selector: {app: r}, ports: [{name: http, port: 80}, {name: admin, port: 81}]");

        Service merged = reviews(entry, service, workload("w", "10.0.0.1", "app: r", ""));

        assertThat(merged.ports()).extracting(Service.Port::number).containsExactly(80, 81);
        assertThat(endpoints(merged)).containsExactly("10.0.0.1:80", "10.5.0.1:7777");
        assertThat(merged.instances().get(1).portFor(merged.ports().get(1))).isZero();
    }

    @Test
    void anExternalNameOfAKnownServiceIsOneMoreNameOfIt() {
        String alias = "{kind: Service, metadata: {name: old}, spec: {type: ExternalName, externalName: mid.default.svc"
                + ".cluster.local}}";
        String middle =
                "{kind: Service, metadata: {name: mid}, spec: {type: ExternalName, externalName: " + REVIEWS + "}}";

        ServiceRegistry registry = registry("default", alias, middle, service("ports: [{port: 80}]"));

        assertThat(registry.services()).extracting(Service::host).containsExactly(REVIEWS);
        assertThat(requireNonNull(registry.service(REVIEWS)).aliases())
                .containsExactlyInAnyOrder("old.default.svc.cluster.local", "mid.default.svc.cluster.local");
        assertThat(registry.concrete("old.default.svc.cluster.local")).isEqualTo(REVIEWS);
    }

    @Test
    void anExternalNameBeyondTheRegistryIsResolved() {
        Service service = reviews(service("type: ExternalName, externalName: db.example.com, ports: [{port: 5432}]"));

        assertThat(service.discovery()).isEqualTo(Discovery.STRICT_DNS);
        assertThat(endpoints(service)).containsExactly("db.example.com:5432");
        String a = "{kind: Service, metadata: {name: reviews}, spec: {type: ExternalName, externalName: "
                + "b.default.svc.cluster.local, ports: [{port: 80}]}}";
        String b = "{kind: Service, metadata: {name: b}, spec: {type: ExternalName, externalName: " + REVIEWS
                + ", ports: [{port: 80}]}}";
        assertThat(registry("default", a, b).services())
                .as("a circle leads nowhere, and ends")
                .hasSize(2);
    }

    /** Else a document that this proxy may not see would decide about the order of others, as of chains of a gateway. */
    @ParameterizedTest
    @CsvSource({"default", "other"})
    void aServiceStandsAtTheAgeOfTheDocumentThatCounts(String namespaceOfTheBeaten) {
        String beaten = """
                {kind: ServiceEntry, metadata: {name: old, namespace: %s, creationTimestamp: "2020-01-01T00:00:00Z"},
                 spec: {hosts: [%s], resolution: STATIC, ports: [{number: 9080, name: http, protocol: HTTP}]}}
                """.formatted(namespaceOfTheBeaten, REVIEWS);
        String between = """
                {kind: ServiceEntry, metadata: {name: between, creationTimestamp: "2021-01-01T00:00:00Z"},
                 spec: {hosts: [b.com], resolution: STATIC, ports: [{number: 9080, name: http, protocol: HTTP}]}}
                """;
        String counts = """
                {kind: Service, metadata: {name: reviews, creationTimestamp: "2022-01-01T00:00:00Z"},
                 spec: {ports: [{port: 9080, name: http}]}}
                """;
        assertThat(registry("default", beaten, between, counts).services())
                .extracting(Service::host)
                .containsExactly("b.com", REVIEWS);
    }
}
