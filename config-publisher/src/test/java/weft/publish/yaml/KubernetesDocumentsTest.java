package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.publish.yaml.Decoding.complaints;
import static weft.publish.yaml.Decoding.resource;

import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.DecodedDocument.Skipped;
import weft.rules.Rule;
import weft.schema.EndpointSlice;
import weft.schema.Endpoints;
import weft.schema.Service;

/** Kubernetes' own documents as people paste them: what routing needs is taken, the rest read past. */
class KubernetesDocumentsTest {
    private static final String SERVICE = """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: shop, resourceVersion: "1", labels: {app: reviews}}
            spec:
              ports:
              - {name: http, port: 80, targetPort: 9080, nodePort: 30080, protocol: TCP}
              - {name: admin, port: 81, targetPort: admin-port}
              selector: {app: reviews}
              sessionAffinity: None
              ipFamilies: [IPv4]
            status: {loadBalancer: {}}
            """;

    private static String written(SpecificRecord record) {
        return YamlWriter.write(new ResourceTree(new ResourceKinds()).of(Rule.of(record)));
    }

    @Test
    void aServiceIsTakenAndWhatRoutingDoesNotNeedIsReadPast() {
        Service service = (Service) resource(SERVICE);

        assertThat(Rule.of(service).key()).hasToString("Service/shop/reviews");
        assertThat(service.getSpec().getSelector()).containsEntry("app", "reviews");
        assertThat(service.getSpec().getPorts())
                .extracting(port -> port.getPort() + " " + port.getTargetPort())
                .containsExactly("80 9080", "81 admin-port");
    }

    @Test
    void aServiceIsShownAsKubernetesWouldReadIt() {
        assertThat(written(resource(SERVICE))).isEqualTo("""
                apiVersion: v1
                kind: Service
                metadata:
                  labels:
                    app: reviews
                  name: reviews
                  namespace: shop
                spec:
                  ports:
                  - name: http
                    port: 80
                    targetPort: 9080
                    protocol: TCP
                  - name: admin
                    port: 81
                    targetPort: admin-port
                  selector:
                    app: reviews
                """);
    }

    @Test
    void endpointsAndSlicesKeepTheirFieldsBesideTheMetadata() {
        Endpoints endpoints = (Endpoints) resource("""
                apiVersion: v1
                kind: Endpoints
                metadata: {name: reviews}
                subsets:
                - addresses: [{ip: 10.0.0.1, nodeName: n, targetRef: {kind: Pod, name: reviews-1, uid: x}}]
                  ports: [{port: 9080, protocol: TCP}]
                """);
        assertThat(endpoints.getSpec().getSubsets().get(0).getAddresses().get(0).getIp())
                .isEqualTo("10.0.0.1");
        assertThat(written(endpoints)).contains("\nsubsets:\n- addresses:\n  - ip: \"10.0.0.1\"\n");
        assertThat(((Endpoints) resource(written(endpoints))).getSpec()).isEqualTo(endpoints.getSpec());

        EndpointSlice slice = (EndpointSlice) resource("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: reviews-a, labels: {kubernetes.io/service-name: reviews}}
                addressType: IPv4
                endpoints: [{addresses: [10.0.0.1], conditions: {ready: false, serving: true}, zone: a}]
                ports: [{name: "", port: 9080}]
                """);
        assertThat(slice.getSpec().getEndpoints().get(0).getConditions().getReady())
                .isFalse();
        assertThat(((EndpointSlice) resource(written(slice))).getSpec()).isEqualTo(slice.getSpec());
    }

    @Test
    void whatRoutingNeedsMustHoldAndFit() {
        assertThat(complaints(SERVICE.replace("port: 80,", "port: 80000,")))
                .containsExactly("rules.yaml:6:24: port: 80000 is out of range (expected: 1 to 65535)");
        assertThat(complaints(SERVICE.replace("9080", "90800")))
                .containsExactly("rules.yaml:6:40: targetPort: 90800 is out of range (expected: 1 to 65535)");
        assertThat(complaints(SERVICE.replace("9080", "true")).get(0)).contains("expected: a number or a name");
        assertThat(complaints("apiVersion: v2\nkind: Service\nmetadata: {name: a}\nspec: {}\n"))
                .containsExactly("rules.yaml:1:13: unknown version \"v2\" of Service (expected: v1)");
        assertThat(complaints("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"))
                .containsExactly("rules.yaml:1:1: field \"spec\" is missing");
    }

    @Test
    void otherKindsOfTheseGroupsAreSkipped() {
        assertThat(Decoding.documents("apiVersion: v1\nkind: Secret\n---\napiVersion: v1\nkind: VirtualService\n---\n"
                        + "apiVersion: discovery.k8s.io/v1\nkind: Service\n---\n"
                        + "apiVersion: serving.knative.dev/v1\nkind: Service\n"))
                .hasSize(4)
                .allMatch(Skipped.class::isInstance);
    }
}
