package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.publish.yaml.Decoding.complaints;
import static weft.publish.yaml.Decoding.documents;
import static weft.publish.yaml.Decoding.of;
import static weft.publish.yaml.Decoding.resource;
import static weft.publish.yaml.Decoding.virtualService;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DecodedDocument.Skipped;
import weft.schema.DestinationRule;
import weft.schema.HTTPRoute;
import weft.schema.RedirectPortSelection;
import weft.schema.StringMatch;
import weft.schema.VirtualService;

/** What well-formed YAML becomes. */
class DecodingTest {

    private static HTTPRoute route(String fields) {
        VirtualService rule = (VirtualService) resource(virtualService("http:\n- {" + fields + "}"));
        return rule.getSpec().getHttp().get(0);
    }

    @Test
    void absentFieldsHaveTheirDefaults() {
        VirtualService rule = (VirtualService) resource(virtualService("hosts: [reviews]\nhttp: null"));
        assertThat(rule.getSpec().getHosts()).containsExactly("reviews");
        assertThat(rule.getSpec().getHttp()).isEmpty();
        assertThat(route("name: a").getTimeout()).isNull();
        assertThat(route("name: a").getMatch()).isEmpty();
    }

    @Test
    void durationsBecomeMilliseconds() {
        assertThat(route("timeout: 1.5s").getTimeout()).isEqualTo(1_500);
        assertThat(route("timeout: 100ms").getTimeout()).isEqualTo(100);
        assertThat(route("timeout: 1h2m").getTimeout()).isEqualTo(3_720_000);
        assertThat(route("timeout: 2000us").getTimeout()).isEqualTo(2);
        assertThat(route("timeout: .5m").getTimeout()).isEqualTo(30_000);
    }

    @Test
    void enumsAreReadByNameAndByNumber() {
        assertThat(route("redirect: {derivePort: FROM_REQUEST_PORT}")
                        .getRedirect()
                        .getDerivePort())
                .isEqualTo(RedirectPortSelection.FROM_REQUEST_PORT);
        assertThat(route("redirect: {derivePort: 1}").getRedirect().getDerivePort())
                .isEqualTo(RedirectPortSelection.FROM_REQUEST_PORT);
    }

    @Test
    void numbersMayBeWrittenInSeveralWays() {
        assertThat(route("retries: {attempts: 0x10}").getRetries().getAttempts())
                .isEqualTo(16);
        assertThat(route("retries: {attempts: 2.0}").getRetries().getAttempts()).isEqualTo(2);
        assertThat(route("fault: {abort: {percentage: {value: 0.1}, httpStatus: 500}}")
                        .getFault()
                        .getAbort()
                        .getPercentage()
                        .getValue())
                .isEqualTo(0.1);
        assertThat(route("fault: {abort: {percentage: {value: 100}}}")
                        .getFault()
                        .getAbort()
                        .getPercentage()
                        .getValue())
                .isEqualTo(100.0);
    }

    @Test
    void bothSpellingsOfAFieldAreRead() {
        assertThat(route("direct_response: {status: 200}").getDirectResponse().getStatus())
                .isEqualTo(200);
        assertThat(((VirtualService) ((Resource) documents(virtualService("http: [{mirror_percent: 5}]"))
                                        .get(0))
                                .record())
                        .getSpec()
                        .getHttp()
                        .get(0)
                        .getMirrorPercent())
                .isEqualTo(5);
    }

    @Test
    void bytesAreBase64() {
        HTTPRoute route = route("directResponse: {status: 200, body: {bytes: aGk=}}");
        assertThat(StandardCharsets.UTF_8
                        .decode(route.getDirectResponse().getBody().getBytes().duplicate())
                        .toString())
                .isEqualTo("hi");
    }

    @Test
    void anEmptyMemberOfAOneofIsPresent() {
        HTTPRoute route = route("match: [{queryParams: {debug: {exact: ''}}, headers: {a: {}}}]");
        assertThat(route.getMatch().get(0).getQueryParams()).containsEntry("debug", new StringMatch("", null, null));
        assertThat(route.getMatch().get(0).getHeaders()).containsEntry("a", new StringMatch(null, null, null));
    }

    @Test
    void metadataKeepsWhatPeopleWriteAndWhere() {
        String text = """
                # a comment
                ---
                apiVersion: networking.istio.io/v1beta1
                kind: VirtualService
                metadata:
                  name: reviews
                  namespace: shop
                  labels: {team: a}
                  annotations: {note: b}
                  creationTimestamp: "2024-01-01T00:00:00Z"
                  resourceVersion: "7"
                  managedFields: [{x: 1}]
                spec:
                  hosts: [reviews]
                  http:
                  - match:
                    - uri: {prefix: /a}
                    - uri: {prefix: /b}
                    route:
                    - destination: {host: reviews}
                  - route:
                    - destination: {host: reviews}
                status: {anything: [1]}
                """;
        VirtualService rule = (VirtualService) resource(text);
        assertThat(rule.getMetadata().getName()).isEqualTo("reviews");
        assertThat(rule.getMetadata().getNamespace()).isEqualTo("shop");
        assertThat(rule.getMetadata().getLabels()).containsExactly(Map.entry("team", "a"));
        assertThat(rule.getMetadata().getAnnotations()).containsExactly(Map.entry("note", "b"));
        assertThat(rule.getMetadata().getSource().getFile()).isEqualTo("rules.yaml");
        assertThat(rule.getMetadata().getSource().getLine()).isEqualTo(3);
        assertThat(rule.getMetadata().getLines())
                .containsEntry("http[0]", 16)
                .containsEntry("http[0].match[1]", 18)
                .containsEntry("http[0].route[0]", 20)
                .containsEntry("http[1]", 21);
    }

    @Test
    void namespaceComesFromTheCommandWhenTheFileNamesNone() {
        DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "shop", RuleCheck.NONE);
        DecodedDocument document = decoder.decode(new SourceText("-", virtualService("hosts: [a]")))
                .get(0);
        assertThat(((Resource) document).rule().key()).hasToString("VirtualService/shop/reviews");
    }

    @Test
    void listsAreTakenApart() {
        String text = "apiVersion: v1\nkind: List\nitems:\n- "
                + virtualService("hosts: [a]").replace("\n", "\n  ").strip() + "\n- "
                + of("DestinationRule", "host: a").replace("\n", "\n  ").strip()
                + "\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n";
        assertThat(documents(text))
                .hasSize(3)
                .satisfiesExactly(
                        one -> assertThat(((Resource) one).record()).isInstanceOf(VirtualService.class),
                        one -> assertThat(((Resource) one).record()).isInstanceOf(DestinationRule.class),
                        one -> assertThat(one).isInstanceOf(Skipped.class));
    }

    @Test
    void jsonIsYaml() {
        String json = "{\n\t\"apiVersion\": \"networking.istio.io/v1\",\n\t\"kind\": \"VirtualService\",\n"
                + "\t\"metadata\": {\"name\": \"a\"},\n\t\"spec\": {\"hosts\": [\"a\\u002fb\"]}\n}\n";
        VirtualService rule = (VirtualService) resource(json);
        assertThat(rule.getSpec().getHosts()).containsExactly("a/b");
    }

    @Test
    void anchorsAndMergeKeysAreResolved() {
        VirtualService rule = (VirtualService) resource(virtualService("""
                hosts: &hosts [a, b]
                gateways: *hosts
                http:
                - &base
                  timeout: 1s
                  name: base
                - <<: *base
                  name: other
                """));
        assertThat(rule.getSpec().getGateways()).containsExactly("a", "b");
        assertThat(rule.getSpec().getHttp().get(1).getTimeout()).isEqualTo(1_000);
        assertThat(rule.getSpec().getHttp().get(1).getName()).isEqualTo("other");
    }

    @Test
    void whatIsNotOursIsSkipped() {
        assertThat(documents("apiVersion: v1\nkind: ConfigMap\n---\n# nothing\n---\n"
                        + "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nspec: {any: [1]}\n---\n"
                        + "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n"))
                .hasSize(3)
                .allMatch(Skipped.class::isInstance);
    }

    @Test
    void removedFieldsAreReadPast() {
        assertThat(complaints(virtualService("http:\n- websocketUpgrade: true")))
                .containsExactly("rules.yaml:6:5: warning: \"websocketUpgrade\" is no longer part of Istio; ignored");
    }

    @Test
    void findingsOfLaterChecksPointIntoTheSource() {
        RuleCheck check = rule -> java.util.List.of(
                new RuleCheck.Finding("http[0].route[0].weight", Diagnostic.Severity.ERROR, "too heavy"),
                new RuleCheck.Finding("http[0].headers.request", Diagnostic.Severity.WARNING, "odd"));
        DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "default", check);
        String text = virtualService("http:\n- name: a\n  route:\n  - destination: {host: a}\n    weight: 500");
        assertThat(decoder.decode(new SourceText("rules.yaml", text)).get(0).diagnostics().stream()
                        .map(Diagnostic::headline))
                .containsExactly("rules.yaml:6:5: warning: odd", "rules.yaml:9:15: too heavy");
    }
}
