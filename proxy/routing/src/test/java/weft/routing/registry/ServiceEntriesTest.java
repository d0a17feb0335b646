package weft.routing.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.cluster.Cluster.Discovery;
import weft.rules.Rule;

/** ServiceEntry and WorkloadEntry documents as services. */
class ServiceEntriesTest {
    private static List<Service> services(String spec, String... workloads) {
        List<Rule> entries = TestRules.parse("{kind: ServiceEntry, metadata: {name: e}, spec: {" + spec + "}}");
        List<Rule> known = TestRules.parse(String.join("\n---\n", workloads));
        return new ServiceDocuments(kind -> switch (kind) {
                    case "ServiceEntry" -> entries;
                    case "WorkloadEntry" -> known;
                    default -> List.of();
                })
                .all();
    }

    @Test
    void aBlockOfOneAddressIsThatAddress() {
        assertThat(services(
                                "hosts: [a.com], addresses: [10.0.0.1/32, 10.0.0.0/31, 10.0.0.2, 'fd00::1/128', 'fd00::/32']")
                        .get(0)
                        .addresses())
                .containsExactly("10.0.0.1", "10.0.0.0/31", "10.0.0.2", "fd00::1", "fd00::/32");
    }

    @Test
    void everyHostIsAServiceOfThePortsAndEndpoints() {
        List<Service> services = services("hosts: [a.com, b.com], resolution: STATIC, "
                + "ports: [{number: 80, name: http-x, targetPort: 8080}, {number: 81, name: t, protocol: TCP}], "
                + "endpoints: [{address: 1.1.1.1, ports: {t: 9}}, {address: 2.2.2.2, weight: 3}]");

        assertThat(services).extracting(Service::host).containsExactly("a.com", "b.com");
        for (Service service : services) {
            assertThat(service.ports()).extracting(Service.Port::protocol).containsExactly(Protocol.HTTP, Protocol.TCP);
            assertThat(service.instances())
                    .extracting(instance -> instance.portFor(service.ports().get(0)) + " "
                            + instance.portFor(service.ports().get(1)) + " " + instance.weight())
                    .containsExactly("8080 9 1", "8080 81 3");
        }
    }

    @Test
    void aNameIsResolvedWhereNothingElseIsSaid() {
        Service dns = services("hosts: [a.com], resolution: DNS, ports: [{number: 80, name: http}]")
                .get(0);
        assertThat(dns.discovery()).isEqualTo(Discovery.STRICT_DNS);
        assertThat(dns.instances()).extracting(Instance::address).containsExactly("a.com");

        Service listed = services("hosts: [a.com], resolution: DNS_ROUND_ROBIN, endpoints: [{address: b.com}]")
                .get(0);
        assertThat(listed.discovery()).isEqualTo(Discovery.LOGICAL_DNS);
        assertThat(listed.instances()).extracting(Instance::address).containsExactly("b.com");
        assertThat(services("hosts: [a.com]").get(0).discovery()).isEqualTo(Discovery.ORIGINAL_DST);

        Service dynamic = services("hosts: ['*.a.com'], resolution: DYNAMIC_DNS,"
                        + " ports: [{number: 80, name: http, targetPort: 8080}]")
                .get(0);
        assertThat(dynamic.discovery()).isEqualTo(Discovery.DYNAMIC_FORWARD_PROXY);
        assertThat(dynamic.instances().get(0).portFor(dynamic.ports().get(0))).isEqualTo(8_080);
    }

    @Test
    void labelsOfMetadataBeatThoseOfTheSpec() {
        String workload = "{kind: WorkloadEntry, metadata: {name: w, labels: {app: x}}, "
                + "spec: {address: 1.1.1.1, labels: {app: y, version: v1}}}";

        assertThat(services("hosts: [a.com], workloadSelector: {labels: {app: x}}", workload)
                        .get(0)
                        .instances())
                .singleElement()
                .satisfies(instance ->
                        assertThat(instance.labels()).containsEntry("app", "x").containsEntry("version", "v1"));
        assertThat(services("hosts: [a.com], workloadSelector: {labels: {app: y}}", workload)
                        .get(0)
                        .instances())
                .isEmpty();
    }
}
