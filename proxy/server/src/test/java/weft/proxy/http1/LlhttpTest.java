package weft.proxy.http1;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** llhttp's own cases: what its strict mode refuses is never passed on, what it accepts is accepted but for a list. */
class LlhttpTest {
    private static final String OLD = "HTTP/1.0 clients are answered 426, as Istio does by default";
    private static final String FRAGMENT = "a fragment in a target is refused (CVE-2021-32779)";
    private static final String NOT_HTTP = "only HTTP/1.1 is spoken, neither RTSP nor ICE nor HTTP/0.9";
    private static final String HOST = "Host is held to name or address with port";
    private static final String CODING = "transfer codings other than chunked alone are refused";
    private static final String EMPTY_LINE =
            "an empty line before a status line is not HTTP, only before a request line";
    private static final String UNFINISHED = "the case ends before the message does";

    private static final Map<String, String> REQUEST_DEVIATIONS = Map.ofEntries(
            entry("connection.md:38", UNFINISHED),
            entry("content-length.md:265", OLD),
            entry("content-length.md:448", UNFINISHED),
            entry("finish.md:59", UNFINISHED),
            entry("invalid.md:360", "methods are an open set: any token is passed on"),
            entry("pipelining.md:8", UNFINISHED),
            entry("method.md:139", "asterisk-form is for OPTIONS only"),
            entry("method.md:376", NOT_HTTP),
            entry("method.md:406", NOT_HTTP),
            entry("method.md:434", NOT_HTTP),
            entry("sample.md:71", HOST),
            entry("sample.md:109", HOST),
            entry("sample.md:254", OLD),
            entry("sample.md:318", NOT_HTTP),
            entry("transfer-encoding.md:755", FRAGMENT),
            entry("transfer-encoding.md:797", FRAGMENT),
            entry("uri.md:169", FRAGMENT),
            entry("uri.md:226", "user information in a target is refused"));

    private static final Map<String, String> RESPONSE_DEVIATIONS = Map.ofEntries(
            entry("connection.md:168", "what follows the last response is dropped with the connection"),
            entry("connection.md:231", "what follows the last response is dropped with the connection"),
            entry("connection.md:590", EMPTY_LINE),
            entry("sample.md:699", EMPTY_LINE),
            entry("content-length.md:127", UNFINISHED),
            entry("content-length.md:172", UNFINISHED),
            entry("connection.md:645", UNFINISHED),
            entry("sample.md:122", UNFINISHED),
            entry("transfer-encoding.md:288", UNFINISHED),
            entry("sample.md:44", NOT_HTTP),
            entry("sample.md:64", NOT_HTTP),
            entry("sample.md:649", NOT_HTTP),
            entry("transfer-encoding.md:47", CODING),
            entry("transfer-encoding.md:78", CODING),
            entry("transfer-encoding.md:116", CODING));

    private static boolean isStrict(JsonNode row) {
        return !row.get("lenient_mode").asBoolean();
    }

    private static String raw(JsonNode row) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Conformance.raw(row).forEach(all::writeBytes);
        // Accepted cases lost their last line end.
        return all.toString(StandardCharsets.ISO_8859_1)
                + (row.get("llhttp_error").isNull() ? "\r\n" : "");
    }

    @TestFactory
    Stream<DynamicTest> requests() {
        return Conformance.lines("attacks/llhttp/llhttp-request.jsonl").stream()
                .filter(LlhttpTest::isStrict)
                .map(row -> DynamicTest.dynamicTest(row.get("id").asText(), () -> request(row)));
    }

    private static void request(JsonNode row) {
        String raw = raw(row);
        if (!raw.toLowerCase(Locale.ROOT).contains("\r\nhost:")) {
            raw = raw.replaceAll("( HTTP/1\\.[01]\r\n)", "$1Host: a.test\r\n");
        }
        int complete = row.get("llhttp_message_complete").asInt();
        try (Bridge bridge = new Bridge()) {
            bridge.receive(raw.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(bridge.upstreams).noneMatch(u -> u.undecodable);
            if (REQUEST_DEVIATIONS.containsKey(row.get("id").asText())) {
                return;
            }
            if (!row.get("llhttp_error").isNull()) {
                assertThat(bridge.complete()).isLessThanOrEqualTo(complete);
            } else {
                assertThat(bridge.refused).isEmpty();
                assertThat(bridge.complete()).isGreaterThanOrEqualTo(complete);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> responses() {
        return Conformance.lines("attacks/llhttp/llhttp-response.jsonl").stream()
                .filter(LlhttpTest::isStrict)
                .filter(row -> !RESPONSE_DEVIATIONS.containsKey(row.get("id").asText()))
                .map(row -> DynamicTest.dynamicTest(row.get("id").asText(), () -> response(row)));
    }

    private static void response(JsonNode row) {
        try (Bridge bridge = new Bridge("")) {
            bridge.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Bridge.Upstream upstream = bridge.upstreams.get(0);
            upstream.channel.writeInbound(Wire.bytes(raw(row).getBytes(StandardCharsets.ISO_8859_1)));
            upstream.channel.close();
            bridge.pump();
            boolean passed = bridge.resets.isEmpty();
            assertThat(passed)
                    .as(bridge.resets.toString())
                    .isEqualTo(row.get("llhttp_error").isNull());
        }
    }
}
