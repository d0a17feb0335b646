package weft.sink.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.TopicNames;
import weft.schema.LatencyHistogram;
import weft.schema.MetricBatch;
import weft.schema.MetricSample;
import weft.schema.MetricType;
import weft.schema.ProxyStatus;
import weft.schema.TrafficWindow;
import weft.sink.query.FakeStores;
import weft.sink.tail.TailFeed;
import weft.sink.traffic.SinkCounters;

class WebServerTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

    private final FakeStores stores = new FakeStores();
    private final TailFeed tail = new TailFeed(Map.of("bootstrap.servers", "127.0.0.1:1"), TopicNames.DEFAULT);
    private final WebServer.Parts parts = new WebServer.Parts(
            stores,
            new SinkCounters(),
            tail,
            () -> !stores.isStarting,
            () -> "REBALANCING",
            InstantSource.fixed(Instant.ofEpochMilli(NOW)));
    private final WebServer server = WebServer.start(parts, ANY);
    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @AfterEach
    void close() {
        tail.close();
        server.close();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void trafficIsToldInTheDocumentedForm() throws IOException, InterruptedException {
        stores.windows.add(TrafficWindow.newBuilder()
                .setWindowStart(NOW - 2_000)
                .setWindowEnd(NOW - 1_000)
                .setDestinationService("reviews.default.svc.cluster.local")
                .setRequests(4)
                .setCodes(Map.of("200", 4L))
                .setLatency(new LatencyHistogram(3, 4L, List.of(), List.of()))
                .build());
        stores.totals.addAll(stores.windows);
        JsonNode body = json.readTree(get("/api/v1/traffic?last=10s&by=edge").body());
        assertThat(body.get("apiVersion").asText()).isEqualTo("weft/v1");
        assertThat(body.get("from").asLong()).isEqualTo(NOW - 10_000);
        assertThat(body.get("to").asLong()).isEqualTo(NOW);
        assertThat(body.at("/accessLog/counted").asLong()).isEqualTo(4);
        JsonNode row = body.at("/rows/0");
        assertThat(row.fieldNames())
                .toIterable()
                .containsExactly(
                        "reporter",
                        "source",
                        "sourceNamespace",
                        "service",
                        "namespace",
                        "requests",
                        "errors",
                        "rps",
                        "successRate",
                        "p50Millis",
                        "p90Millis",
                        "p99Millis",
                        "bytesReceived",
                        "bytesSent",
                        "retries",
                        "codes",
                        "flags");
        assertThat(row.get("rps").asDouble()).isEqualTo(0.4);
        assertThat(row.at("/codes/200").asLong()).isEqualTo(4);
    }

    @Test
    void everythingKeptIsAskedForWithAll() throws IOException, InterruptedException {
        stores.windows.add(TrafficWindow.newBuilder()
                .setWindowStart(NOW - 3_000_000)
                .setWindowEnd(NOW - 2_999_000)
                .setRequests(1)
                .setLatency(new LatencyHistogram(3, 1L, List.of(), List.of()))
                .build());
        JsonNode body = json.readTree(get("/api/v1/traffic?last=all").body());
        assertThat(body.get("from").asLong()).isEqualTo(NOW - 3_000_000);
        assertThat(body.get("rows")).hasSize(1);
    }

    @Test
    void mistakesAnswerProblemsThatSayWhatWasExpected() throws IOException, InterruptedException {
        for (Map.Entry<String, String> mistake : Map.of(
                        "/api/v1/traffic?last=soon",
                                "last: duration: \"soon\" (expected: a number and ms, s, m, h or d, as 60s)",
                        "/api/v1/traffic?by=pod", "by: \"pod\" (expected: edge, service, route, subset)",
                        "/api/v1/traffic?limit=3", "unknown parameter [limit] (expected: last, by, service, reporter)",
                        "/api/v1/tail?status=bad", "status: \"bad\" (expected: a code as 404 or a class as 5xx)",
                        "/api/v1/tail?maxRps=0", "maxRps: \"0\" (expected: 1 to 10000)")
                .entrySet()) {
            HttpResponse<String> response = get(mistake.getKey());
            assertThat(response.statusCode()).as(mistake.getKey()).isEqualTo(400);
            assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("application/problem+json");
            assertThat(json.readTree(response.body()).get("detail").asText()).isEqualTo(mistake.getValue());
        }
    }

    @Test
    void unknownPathsAnswerAProblemToo() throws IOException, InterruptedException {
        HttpResponse<String> response = get("/nothing");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("application/problem+json");
    }

    @Test
    void startingAggregatorAnswers503AndIsNotReady() throws IOException, InterruptedException {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        stores.isStarting = true;
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        HttpResponse<String> response = get("/api/v1/traffic");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("retry-after")).contains("1");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void proxiesAreToldWithTheirLease() throws IOException, InterruptedException {
        ProxyStatus.Builder status = ProxyStatus.newBuilder()
                .setProxyId("gw-1")
                .setBootId("b")
                .setAppliedRevision(7)
                .setStateDigest(ByteBuffer.wrap(new byte[] {1, (byte) 0xAB}))
                .setReportedAt(NOW - 1_000)
                .setLeaseMillis(5_000);
        stores.proxies.add(status.build());
        stores.proxies.add(status.setProxyId("gone").setLeaseMillis(500).build());
        JsonNode proxies = json.readTree(get("/api/v1/proxies").body()).get("proxies");
        assertThat(proxies.at("/0/proxyId").asText()).isEqualTo("gw-1");
        assertThat(proxies.at("/0/live").asBoolean()).isTrue();
        assertThat(proxies.at("/0/stateDigest").asText()).isEqualTo("01ab");
        assertThat(proxies.at("/1/live").asBoolean()).isFalse();
    }

    @Test
    void metricsAreMeshTotals() throws IOException, InterruptedException {
        MetricSample sample = new MetricSample(
                "istio_requests_total",
                Map.of("reporter", "source"),
                MetricType.COUNTER,
                5.0,
                0L,
                List.of(),
                List.of());
        stores.runs.add(new MetricBatch("a", "1", 1L, NOW, 5L, 0L, List.of(sample)));
        stores.runs.add(new MetricBatch("b", "1", 1L, NOW, 5L, 0L, List.of(sample)));
        HttpResponse<String> response = get("/metrics");
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
        assertThat(response.body().lines())
                .contains("istio_requests_total{reporter=\"source\"} 10", "weft_sink_undecodable_total 0");
    }

    @Test
    void openApiNamesEveryPath() throws IOException, InterruptedException {
        JsonNode paths = json.readTree(get("/openapi.json").body()).get("paths");
        assertThat(paths.fieldNames())
                .toIterable()
                .contains("/api/v1/traffic", "/api/v1/tail", "/api/v1/proxies", "/metrics", "/livez", "/readyz");
        assertThat(get("/").body()).contains("Weft aggregator");
    }

    @Test
    void takenPortIsOneClearSentence() {
        InetSocketAddress taken = new InetSocketAddress("127.0.0.1", server.port());
        assertThatThrownBy(() -> WebServer.start(parts, taken))
                .isInstanceOf(WebServer.PortTakenException.class)
                .hasMessage("cannot listen on 127.0.0.1:" + server.port()
                        + " (is another program there? choose another with --listen)");
    }
}
