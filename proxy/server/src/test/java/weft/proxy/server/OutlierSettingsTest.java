package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.endpoint;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.name;
import static weft.proxy.testing.Snapshots.watched;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.OutlierCounts;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.OutlierDetection;

/** Each setting of outlier detection: how many failures clients see before it ejects. */
@Timeout(60)
class OutlierSettingsTest {
    private static final int REQUESTS = 24;
    /* One of two endpoints fails, and is never ejected. */
    private static final int ALL_OF_ITS = REQUESTS / 2;
    private static final int REFUSED = 0;

    enum Case {
        EACH_5XX_COUNTS(500, detecting(3, 0), 3),
        OTHERS_DO_NOT(404, detecting(3, 0), ALL_OF_ITS),
        NONE_COUNTS_WHEN_OFF(500, detecting(0, 0), ALL_OF_ITS),
        BAD_GATEWAY(502, detecting(5, 2), 2),
        UNAVAILABLE(503, detecting(5, 2), 2),
        GATEWAY_TIMEOUT(504, detecting(5, 2), 2),
        NO_GATEWAY_ERROR(500, detecting(0, 2), ALL_OF_ITS),
        REFUSED_COUNTS_AS_503(REFUSED, detecting(0, 2), 2),
        REFUSED_COUNTS_ALONE_WHEN_SPLIT(REFUSED, split(2, 4), 4),
        REFUSED_MAY_BE_OFF_WHEN_SPLIT(REFUSED, split(2, 0), ALL_OF_ITS),
        ANSWERS_DO_NOT_COUNT_AS_REFUSED(503, split(3, 1), 3),
        LISTED_CODE(429, counting(429), 3),
        UNLISTED_CODE(500, counting(429), ALL_OF_ITS);

        private final int status;
        private final OutlierDetection settings;
        private final int failures;

        Case(int status, OutlierDetection settings, int failures) {
            this.status = status;
            this.settings = settings;
            this.failures = failures;
        }
    }

    private static OutlierDetection detecting(int consecutive5xx, int gatewayErrors) {
        return new OutlierDetection(consecutive5xx, gatewayErrors, false, 1, 20, 600_000, 100, Set.of());
    }

    private static OutlierDetection split(int consecutive5xx, int localOrigin) {
        return new OutlierDetection(consecutive5xx, 0, true, localOrigin, 20, 600_000, 100, Set.of());
    }

    private static OutlierDetection counting(int code) {
        return new OutlierDetection(3, 0, false, 1, 20, 600_000, 100, Set.of(code));
    }

    private static String answer(int status) {
        return "HTTP/1.1 " + status + " Hm\r\ncontent-length: 0\r\n\r\n";
    }

    private static Endpoint closed() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return endpoint(socket.getLocalPort());
        }
    }

    @ParameterizedTest
    @EnumSource
    void endpointIsEjectedAfterSoManyFailures(Case its) throws IOException {
        try (TestUpstream sick = TestUpstream.answering(request -> answer(its.status));
                TestUpstream well = TestUpstream.saying("well");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"),
                        watched(
                                cluster("v1", its.status == REFUSED ? closed() : sick.endpoint(), well.endpoint()),
                                its.settings)));
                TestClient client = proxy.client()) {
            int failed = 0;
            for (int i = 0; i < REQUESTS; i++) {
                failed += client.get("app.test", "/").status() == 200 ? 0 : 1;
            }
            assertThat(failed).isEqualTo(its.failures);
        }
    }

    @ParameterizedTest
    @CsvSource({"33, 0", "34, 1", "67, 2", "100, 3"})
    void noMoreThanThePercentageIsEjected(int percent, int ejected) throws IOException {
        OutlierDetection settings = new OutlierDetection(1, 0, false, 1, 20, 600_000, percent, Set.of());
        try (TestUpstream a = TestUpstream.answering(request -> answer(500));
                TestUpstream b = TestUpstream.answering(request -> answer(500));
                TestUpstream c = TestUpstream.answering(request -> answer(500));
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"), watched(cluster("v1", a.endpoint(), b.endpoint(), c.endpoint()), settings)));
                TestClient client = proxy.client()) {
            for (int i = 0; i < REQUESTS; i++) {
                client.get("app.test", "/");
            }
            ClusterRuntime runtime =
                    proxy.server().dataPlane().serving().clusters().get(name("v1"));
            OutlierCounts counts = Objects.requireNonNull(runtime).outliers();
            assertThat(Objects.requireNonNull(counts).active()).isEqualTo(ejected);
        }
    }
}
