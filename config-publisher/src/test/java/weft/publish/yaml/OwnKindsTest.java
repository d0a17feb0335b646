package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.publish.yaml.Decoding.complaints;
import static weft.publish.yaml.Decoding.documents;

import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.rules.Rule;
import weft.schema.HealthCheckPolicy;
import weft.schema.HealthCheckPolicySpec;

/** Kinds of the group traffic.weft.dev, from YAML and back. */
class OwnKindsTest {
    private static String policy(String spec) {
        return "apiVersion: traffic.weft.dev/v1\nkind: HealthCheckPolicy\nmetadata: {name: reviews}\nspec: {" + spec
                + "}\n";
    }

    private static HealthCheckPolicySpec spec(String text) {
        return ((HealthCheckPolicy) ((Resource) documents(text).get(0)).record()).getSpec();
    }

    @Test
    void aHealthCheckPolicyIsRead() {
        HealthCheckPolicySpec spec =
                spec(policy("host: reviews, port: 9080, interval: 2s, share: true, httpHealthCheck:"
                        + " {path: /healthz, expectedStatuses: [200-299, 404], headers: {x-probe: weft}}"));
        assertThat(spec.getHost()).isEqualTo("reviews");
        assertThat(spec.getPort()).isEqualTo(9080);
        assertThat(spec.getInterval()).isEqualTo(2_000);
        assertThat(spec.getTimeout()).isNull();
        assertThat(spec.getShare()).isTrue();
        assertThat(spec.getHttpHealthCheck().getPath()).isEqualTo("/healthz");
        assertThat(spec.getHttpHealthCheck().getExpectedStatuses()).containsExactly("200-299", "404");
        assertThat(spec.getHttpHealthCheck().getHeaders()).isEqualTo(Map.of("x-probe", "weft"));
    }

    @Test
    void aHealthCheckPolicyIsWrittenBack() {
        Resource read = (Resource)
                documents(policy("host: reviews, timeout: 500ms, tcpHealthCheck: {send: PING, receive: [PONG]}"))
                        .get(0);
        String written = YamlWriter.write(new ResourceTree(new ResourceKinds()).of(Rule.of(read.record())));
        HealthCheckPolicySpec again = spec(written);
        assertThat(again).isEqualTo(((HealthCheckPolicy) read.record()).getSpec());
    }

    @Test
    void whatIsWrongWithOneIsToldWithItsPlace() {
        assertThat(complaints(policy("host: reviews")))
                .singleElement()
                .asString()
                .contains("httpHealthCheck");
        assertThat(complaints(policy("host: a, targetRef: {kind: Service, name: a}, tcpHealthCheck: {}")))
                .singleElement()
                .asString()
                .contains("targetRef");
        assertThat(complaints(policy("host: a, htpHealthCheck: {}, tcpHealthCheck: {}")))
                .singleElement()
                .asString()
                .contains("did you mean \"httpHealthCheck\"?");
        assertThat(complaints(policy("host: a, tcpHealthCheck: {}, interval: 5ms, port: 0")))
                .hasSize(2);
    }
}
