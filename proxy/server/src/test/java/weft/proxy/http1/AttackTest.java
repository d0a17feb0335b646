package weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Raw requests and responses from RFCs and CVEs against both codecs back to back. */
class AttackTest {
    @TestFactory
    Stream<DynamicTest> requests() {
        return Conformance.lines("attacks/http1/rfc9112-cases.jsonl").stream()
                .map(row -> DynamicTest.dynamicTest(row.get("id").asText(), () -> request(row)));
    }

    private static void request(JsonNode row) {
        try (Bridge bridge = new Bridge()) {
            Conformance.raw(row).forEach(bridge::receive);
            bridge.downstream.close();
            bridge.pump();
            String upstream = bridge.upstreamText();
            assertThat(bridge.complete())
                    .isLessThanOrEqualTo(row.get("upstream_requests_max").asInt());
            assertThat(bridge.upstreams).noneMatch(u -> u.undecodable);
            row.get("upstream_must").forEach(text -> assertThat(upstream).contains(text.asText()));
            for (JsonNode text : row.get("upstream_must_not")) {
                if (text.asText().startsWith("/")) {
                    // Means a request of its own: the same bytes inside a body are a body.
                    assertThat(bridge.upstreams).noneMatch(u -> u.targets.contains(text.asText()));
                } else {
                    assertThat(upstream).doesNotContain(text.asText());
                }
            }
            switch (row.get("expect").asText()) {
                case "forward" ->
                    assertThat(bridge.complete())
                            .isEqualTo(row.get("upstream_requests_max").asInt());
                case "reject" -> assertThat(bridge.complete()).isZero();
                default -> {}
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> responses() {
        return Conformance.lines("attacks/http1/upstream-response-cases.jsonl").stream()
                .map(row -> DynamicTest.dynamicTest(row.get("id").asText(), () -> response(row)));
    }

    private static void response(JsonNode row) {
        List<byte[]> raw = Conformance.raw(row);
        try (Bridge bridge = new Bridge("")) {
            bridge.receive((row.get("request_method").asText() + " / HTTP/1.1\r\nHost: a.test\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            Bridge.Upstream upstream = bridge.upstreams.get(0);
            for (byte[] part : raw) {
                if (upstream.channel.isActive()) {
                    upstream.channel.writeInbound(Wire.bytes(part));
                }
            }
            if (row.get("upstream_closes_after").asBoolean()) {
                upstream.channel.close();
            }
            bridge.pump();
            String seen = Wire.sent(bridge.downstream);
            row.get("client_must_not_see").forEach(text -> assertThat(seen).doesNotContain(text.asText()));
            switch (row.get("expect").asText()) {
                case "forward" ->
                    assertThat(seen).doesNotContain("502 Bad Gateway").startsWith("HTTP/1.1 ");
                case "reject" -> assertThat(seen).startsWith("HTTP/1.1 502 Bad Gateway");
                default -> {}
            }
            if (row.get("upstream_conn_reuse").asText().equals("forbidden")) {
                assertThat(upstream.connection.isReusable()).isFalse();
                assertThat(upstream.channel.isActive()).isFalse();
            } else if (row.get("expect").asText().equals("forward")
                    && !row.get("upstream_closes_after").asBoolean()) {
                assertThat(upstream.connection.isReusable()).isTrue();
            }
        }
    }
}
