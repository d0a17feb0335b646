package weft.sink.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.schema.LatencyHistogram;
import weft.schema.MetricBatch;
import weft.schema.MetricSample;
import weft.schema.MetricType;
import weft.schema.TrafficWindow;
import weft.sink.query.TrafficQuery.Grouping;
import weft.sink.query.TrafficQuery.Reporter;

class TrafficReportTest {
    private static final long NOW = 1_000_000;
    private final FakeStores stores = new FakeStores();

    private static TrafficWindow.Builder window(long start) {
        return TrafficWindow.newBuilder()
                .setWindowStart(start)
                .setWindowEnd(start + 1_000)
                .setSourceWorkload("productpage-v1")
                .setSourceNamespace("default")
                .setDestinationService("reviews.default.svc.cluster.local")
                .setDestinationNamespace("default")
                .setDestinationVersion("v1")
                .setSubset("v1")
                .setRouteName("default")
                .setRuleRef("VirtualService/default/reviews")
                .setRequests(10)
                .setErrors(1)
                .setCodes(Map.of("200", 9L, "503", 1L))
                .setFlags(Map.of("UH", 1L))
                .setBytesReceived(5)
                .setBytesSent(50)
                .setRetries(2)
                .setLatency(new LatencyHistogram(3, 0L, List.of(80), List.of(10L)));
    }

    private TrafficReport report(Grouping by, Reporter reporter, @Nullable String service) {
        return TrafficReport.of(stores, new TrafficQuery(60_000, by, service, reporter), NOW);
    }

    @Test
    void edgeRowSumsItsWindows() {
        stores.windows.add(window(NOW - 5_000).build());
        stores.windows.add(window(NOW - 4_000).setSubset("v2").build());
        stores.windows.add(window(NOW - 70_000).build());
        stores.windows.add(window(NOW - 5_000).setReporter("destination").build());

        TrafficReport report = report(Grouping.EDGE, Reporter.SOURCE, null);

        assertThat(report.from()).isEqualTo(NOW - 60_000);
        assertThat(report.rows()).singleElement().satisfies(row -> {
            assertThat(row.source()).isEqualTo("productpage-v1");
            assertThat(row.subset()).isNull();
            assertThat(row.route()).isNull();
            assertThat(row.requests()).isEqualTo(20);
            assertThat(row.errors()).isEqualTo(2);
            assertThat(row.successRate()).isEqualTo(0.9);
            assertThat(row.rps()).isEqualTo(0.3333);
            assertThat(row.codes()).containsEntry("200", 18L).containsEntry("503", 2L);
            assertThat(row.flags()).containsEntry("UH", 2L);
            assertThat(row.retries()).isEqualTo(4);
            assertThat(row.p50Millis()).isCloseTo(1.07, within(0.05));
        });
    }

    @Test
    void groupingsTellTheirOwnFieldsOnly() {
        stores.windows.add(window(NOW - 5_000).build());
        stores.windows.add(window(NOW - 4_000).setSubset("v2").build());
        assertThat(report(Grouping.SUBSET, Reporter.SOURCE, null).rows())
                .extracting(TrafficReport.Row::subset)
                .containsExactlyInAnyOrder("v1", "v2");
        assertThat(report(Grouping.ROUTE, Reporter.SOURCE, null).rows())
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.route()).isEqualTo("default");
                    assertThat(row.rule()).isEqualTo("VirtualService/default/reviews");
                    assertThat(row.source()).isNull();
                });
        assertThat(report(Grouping.SERVICE, Reporter.SOURCE, null).rows()).hasSize(1);
    }

    @Test
    void bothReportersStayApart() {
        stores.windows.add(window(NOW - 5_000).build());
        stores.windows.add(window(NOW - 5_000).setReporter("destination").build());
        assertThat(report(Grouping.SERVICE, Reporter.BOTH, null).rows())
                .extracting(TrafficReport.Row::reporter)
                .containsExactlyInAnyOrder("source", "destination");
    }

    @Test
    void serviceIsMeantByHostOrFirstLabel() {
        stores.windows.add(window(NOW - 5_000).build());
        stores.windows.add(window(NOW - 5_000)
                .setDestinationService("reviews2.default.svc.cluster.local")
                .build());
        assertThat(report(Grouping.SERVICE, Reporter.SOURCE, "reviews").rows()).hasSize(1);
        assertThat(report(Grouping.SERVICE, Reporter.SOURCE, "reviews2.default.svc.cluster.local")
                        .rows())
                .hasSize(1);
        assertThat(report(Grouping.SERVICE, Reporter.SOURCE, "nobody").rows()).isEmpty();
    }

    @Test
    void accountingSumsAllRunsOfAllProxies() {
        stores.totals.add(window(0).setRequests(90).build());
        stores.runs.add(new MetricBatch("a", "boot-1", 5L, 0L, 60L, 4L, List.of()));
        stores.runs.add(new MetricBatch("a", "boot-2", 1L, 0L, 40L, 6L, List.of()));
        assertThat(report(Grouping.EDGE, Reporter.SOURCE, null).accessLog())
                .isEqualTo(new TrafficReport.Accounting(90, 10, 100));
    }

    @Test
    void meshMetricsAddUpOverProxies() {
        MeshMetrics mesh = new MeshMetrics();
        for (int i = 0; i < 2; i++) {
            mesh.add(new MetricSample(
                    "istio_requests_total",
                    Map.of("reporter", "source", "a", "quo\"te"),
                    MetricType.COUNTER,
                    21.0,
                    0L,
                    List.of(),
                    List.of()));
            mesh.add(new MetricSample(
                    "istio_request_bytes",
                    Map.of(),
                    MetricType.HISTOGRAM,
                    7.5,
                    3L,
                    List.of(0.5, 1.0),
                    List.of(1L, 0L, 2L)));
            mesh.add(new MetricSample(
                    "weft_pool_connections", Map.of(), MetricType.GAUGE, 5.0, 0L, List.of(), List.of()));
        }
        StringBuilder out = new StringBuilder();
        mesh.writeTo(out);
        assertThat(out.toString().lines())
                .containsExactly(
                        "# TYPE istio_request_bytes histogram",
                        "istio_request_bytes_bucket{le=\"0.5\"} 2",
                        "istio_request_bytes_bucket{le=\"1\"} 2",
                        "istio_request_bytes_bucket{le=\"+Inf\"} 6",
                        "istio_request_bytes_sum 15",
                        "istio_request_bytes_count 6",
                        "# TYPE istio_requests_total counter",
                        "istio_requests_total{a=\"quo\\\"te\",reporter=\"source\"} 42");
    }
}
