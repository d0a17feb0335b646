package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static weft.routing.compile.FilterChainRulesTest.SIDECAR;
import static weft.routing.compile.FilterChainRulesTest.compile;

import org.junit.jupiter.api.Test;
import weft.routing.cluster.Cluster;

/** Which of several services of one host a Sidecar lets a workload see. */
class SidecarScopeTest {
    private static final String CLUSTER = "outbound|80||api.com";

    /** Created in this year, with an endpoint that tells it from others. */
    private static String api(String namespace, int year, String address) {
        return """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: api, namespace: %s, creationTimestamp: '%d-01-01T00:00:00Z'}
                spec:
                  hosts: [api.com]
                  ports: [{number: 80, name: http, protocol: HTTP}]
                  resolution: STATIC
                  endpoints: [{address: %s}]
                """.formatted(namespace, year, address);
    }

    private static String sidecar(String... egress) {
        StringBuilder listeners = new StringBuilder();
        for (String hosts : egress) {
            listeners.append("{hosts: [").append(hosts).append("]},");
        }
        return "{kind: Sidecar, metadata: {name: default}, spec: {egress: [" + listeners + "]}}";
    }

    private static String addressOf(String... rules) {
        Cluster cluster = compile(SIDECAR, rules).clusters().get(CLUSTER);
        return cluster == null
                ? "none"
                : requireNonNull(cluster.endpoints()).get(0).address();
    }

    @Test
    void theServiceOfTheImportedNamespaceIsSeenWhoeverElseHasItsHost() {
        String[] services = {
            api("first", 2020, "10.0.0.1"), api("second", 2021, "10.0.0.2"), api("default", 2022, "10.0.0.3")
        };

        assertThat(addressOf(services[0], services[1])).as("all may be seen").isEqualTo("10.0.0.1");
        assertThat(addressOf(services)).as("its own comes first").isEqualTo("10.0.0.3");
        assertThat(addressOf(services[0], services[1], services[2], sidecar("second/*")))
                .isEqualTo("10.0.0.2");
        assertThat(addressOf(services[0], services[1], services[2], sidecar("second/api.com, first/api.com")))
                .isEqualTo("10.0.0.1");
        assertThat(addressOf(services[0], services[1], services[2], sidecar("second/*, '~/*'")))
                .as("nothing at all")
                .isEqualTo("none");
        assertThat(addressOf(services[0], services[1], services[2], sidecar("'*/*', '~second/*', '~default/api.com'")))
                .isEqualTo("10.0.0.1");
        assertThat(addressOf(services[0], services[1], services[2], sidecar("third/*")))
                .isEqualTo("none");
    }
}
