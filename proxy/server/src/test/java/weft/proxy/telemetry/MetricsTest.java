package weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final String LABELS = "connection_security_policy=\"unknown\",destination_app=\"reviews\","
            + "destination_canonical_revision=\"v2\",destination_canonical_service=\"reviews\","
            + "destination_cluster=\"unknown\",destination_principal=\"unknown\","
            + "destination_service=\"reviews.default.svc.cluster.local\",destination_service_name=\"reviews\","
            + "destination_service_namespace=\"default\",destination_version=\"v2\","
            + "destination_workload=\"reviews-v2\",destination_workload_namespace=\"default\","
            + "grpc_response_status=\"\",reporter=\"source\",request_protocol=\"http\",response_code=\"200\","
            + "response_flags=\"-\",source_app=\"productpage\",source_canonical_revision=\"v1\","
            + "source_canonical_service=\"productpage\",source_cluster=\"unknown\",source_principal=\"unknown\","
            + "source_version=\"v1\",source_workload=\"productpage-v1\",source_workload_namespace=\"default\"";

    private final RequestMetrics requests = new RequestMetrics(Requests.SIDECAR);
    private final Metrics metrics = new Metrics(requests);
    private final Destination.Resolver destinations = new Destination.Resolver(Requests.SIDECAR);

    private void record(Requests request) {
        FinishedRequest finished = request.finished();
        requests.record(finished, destinations.of(finished).destination());
    }

    @Test
    void namesLabelsAndBucketsAreIstios() {
        record(Requests.request());
        assertThat(metrics.scrape().lines())
                .contains("istio_requests_total{" + LABELS + "} 1.0")
                .contains("istio_request_duration_milliseconds_bucket{" + LABELS + ",le=\"10.0\"} 0")
                .contains("istio_request_duration_milliseconds_bucket{" + LABELS + ",le=\"25.0\"} 1")
                .contains("istio_request_duration_milliseconds_bucket{" + LABELS + ",le=\"+Inf\"} 1")
                .contains("istio_request_duration_milliseconds_sum{" + LABELS + "} 12.345")
                .contains("istio_request_duration_milliseconds_count{" + LABELS + "} 1")
                .contains("istio_request_bytes_sum{" + LABELS + "} 17.0")
                .contains("istio_response_bytes_sum{" + LABELS + "} 1000.0")
                .contains("# TYPE istio_requests_total counter");
    }

    @Test
    void connectionsCountUnderIstiosNamesWithoutCode() {
        TcpMetrics tcp = new TcpMetrics(Requests.SIDECAR);
        metrics.add(tcp);
        TcpMetrics.Series running = tcp.of(false, Requests.REVIEWS, Requests.REVIEWS.name(), Requests.REVIEWS_V2, "");
        running.opened();
        running.received(17);
        running.sent(1_000);
        tcp.of(false, Requests.REVIEWS, Requests.REVIEWS.name(), Requests.REVIEWS_V2, "DR")
                .closed();
        String labels = LABELS.replace("grpc_response_status=\"\",", "")
                .replace("request_protocol=\"http\",response_code=\"200\"", "request_protocol=\"tcp\"");
        assertThat(metrics.scrape().lines())
                .contains("istio_tcp_connections_opened_total{" + labels + "} 1.0")
                .contains("istio_tcp_received_bytes_total{" + labels + "} 17.0")
                .contains("istio_tcp_sent_bytes_total{" + labels + "} 1000.0")
                .contains("istio_tcp_connections_closed_total{"
                        + labels.replace("response_flags=\"-\"", "response_flags=\"DR\"") + "} 1.0")
                .contains("# TYPE istio_tcp_sent_bytes_total counter");
    }

    @Test
    void connectionsToTooManyDestinationsCountAsOther() {
        TcpMetrics tcp = new TcpMetrics(Requests.SIDECAR);
        metrics.add(tcp);
        for (int i = 0; i <= TcpMetrics.MAX_SERIES; i++) {
            tcp.of(false, null, "outbound|1||host" + i, null, "").opened();
        }
        assertThat(metrics.scrape().lines().filter(line -> line.startsWith("istio_tcp_connections_opened_total")))
                .hasSize(TcpMetrics.MAX_SERIES + 1)
                .anyMatch(line -> line.contains("destination_service=\"other\""));
    }

    @Test
    void metersOfOtherPartsKeepTheirNames() {
        Counter.builder("weft_rules_rejected_total")
                .register(metrics.registry())
                .increment(3);
        metrics.registry().timer("weft_bundle_apply_seconds").record(java.time.Duration.ofMillis(20));
        metrics.add(out -> {
            out.gauge("weft_pool_connections", "Open connections.", Map.of("cluster", "a"), 2);
            out.gauge("weft_pool_connections", "Open connections.", Map.of("cluster", "b"), 5);
            out.counter("weft_pool_opened_total", "Connections opened.", Map.of(), 7);
            out.counter("envoy_pool_opened", "Connections opened.", Map.of(), 9);
            Histogram waits = new Histogram(1, 10);
            waits.record(0.5);
            waits.record(10);
            waits.record(11);
            out.histogram("weft_pool_wait_seconds", "Waits.", Map.of("cluster", "a"), waits.values());
        });
        assertThat(metrics.scrape().lines())
                .contains("weft_rules_rejected_total 3.0")
                .contains("weft_bundle_apply_seconds_count 1")
                .contains("weft_pool_connections{cluster=\"a\"} 2.0")
                .contains("weft_pool_connections{cluster=\"b\"} 5.0")
                .contains("weft_pool_opened_total 7.0")
                .contains("envoy_pool_opened 9.0")
                .contains("weft_pool_wait_seconds_bucket{cluster=\"a\",le=\"1.0\"} 1")
                .contains("weft_pool_wait_seconds_bucket{cluster=\"a\",le=\"10.0\"} 2")
                .contains("weft_pool_wait_seconds_bucket{cluster=\"a\",le=\"+Inf\"} 3")
                .contains("weft_pool_wait_seconds_sum{cluster=\"a\"} 21.5");
    }

    @Test
    void labelSetsAreBoundedAndTotalsStayTrue() {
        int told = RequestMetrics.MAX_SERIES + 500;
        for (int i = 0; i < told; i++) {
            Requests request = Requests.request();
            request.cluster = null;
            request.endpoint = null;
            request.clusterName = "outbound|80||host-" + i + ".example";
            record(request);
        }
        assertThat(requests.series()).hasSizeLessThanOrEqualTo(RequestMetrics.MAX_SERIES + 20);
        assertThat(requests.series().stream().mapToLong(RequestSeries::requests).sum())
                .isEqualTo(told);
        assertThat(requests.overflowed()).isEqualTo(500);
        assertThat(metrics.scrape()).contains("destination_service=\"other\"");
    }

    @Test
    void droppedRequestsCountByCodeUnderUnknownNames() {
        requests.recordDropped(true, 503, 4);
        assertThat(metrics.scrape().lines())
                .anyMatch(line -> line.startsWith("istio_requests_total{")
                        && line.contains("reporter=\"destination\"")
                        && line.contains("response_code=\"503\"")
                        && line.contains("destination_service=\"unknown\"")
                        && line.endsWith("} 4.0"));
    }

    @Test
    void anyHostNameNobodyServesIsOneSeries() {
        for (int i = 0; i < 50; i++) {
            Requests request = Requests.request();
            request.cluster = null;
            request.clusterName = null;
            request.endpoint = null;
            request.authority = "attacker-" + i;
            record(request);
        }
        assertThat(requests.series()).hasSize(1);
    }
}
