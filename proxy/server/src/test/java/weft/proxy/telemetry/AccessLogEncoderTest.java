package weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.routing.http.ResponseFlag;
import weft.schema.AccessLogEntry;

class AccessLogEncoderTest {
    private final WireCodec codec = new WireCodec();
    private final AccessLogEncoder encoder = new AccessLogEncoder(Requests.SIDECAR, codec);
    private final Destination.Resolver destinations = new Destination.Resolver(Requests.SIDECAR);

    AccessLogEncoderTest() {
        codec.learn(AccessLogEntry.getClassSchema());
    }

    private AccessLogEntry entry(Requests request) throws WireException {
        FinishedRequest finished = request.finished();
        return codec.decode(encoder.encode(finished, destinations.of(finished)), AccessLogEntry.class);
    }

    @Test
    void writesTheFieldsOfTheSchemaInTheirOrder() {
        assertThat(AccessLogEntry.getClassSchema().getFields().stream().map(Schema.Field::name))
                .containsExactlyElementsOf(AccessLogEncoder.FIELDS);
    }

    @Test
    void bytesAreThoseOfTheGeneratedClass() throws WireException {
        AccessLogEntry expected = AccessLogEntry.newBuilder()
                .setStartTime(Instant.ofEpochSecond(1_700_000_000L, 123_456_000))
                .setMethod("GET")
                .setPath("/reviews/0?a=b")
                .setProtocol("HTTP/1.1")
                .setResponseCode(503)
                .setResponseFlags("UF,URX")
                .setResponseCodeDetails("via_upstream")
                .setBytesReceived(17)
                .setBytesSent(1_000)
                .setDuration(12)
                .setUpstreamServiceTime(11L)
                .setUserAgent("curl/8")
                .setRequestId("req-1")
                .setAuthority("reviews:9080")
                .setUpstreamHost("127.0.0.1:9080")
                .setUpstreamCluster("outbound|9080|v2|reviews.default.svc.cluster.local")
                .setUpstreamLocalAddress("127.0.0.1:5000")
                .setDownstreamLocalAddress("127.0.0.1:15001")
                .setDownstreamRemoteAddress("127.0.0.1:6000")
                .setDurationMicros(12_345)
                .setReporter("source")
                .setProxyId("productpage-v1-1")
                .setBundleId(42)
                .setSourceWorkload("productpage-v1")
                .setSourceNamespace("default")
                .setSourceApp("productpage")
                .setSourceVersion("v1")
                .setDestinationService("reviews.default.svc.cluster.local")
                .setDestinationNamespace("default")
                .setDestinationWorkload("reviews-v2")
                .setDestinationApp("reviews")
                .setDestinationVersion("v2")
                .setSubset("v2")
                .setWeightDraw(4711)
                .setAttempts(2)
                .setTraceId("0af7651916cd43dd8448eb211c80319c")
                .setSpanId("b7ad6b7169203331")
                .setMatchHeaders(Map.of("end-user", "jason"))
                .build();
        Requests request = Requests.request();
        request.responseCode = 503;
        request.flags =
                EnumSet.of(ResponseFlag.UPSTREAM_CONNECTION_FAILURE, ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
        FinishedRequest finished = request.finished();
        byte[] bytes = encoder.encode(finished, destinations.of(finished));
        assertThat(codec.decode(bytes, AccessLogEntry.class)).isEqualTo(expected);
        // Maps are written in blocks, of which Avro's own writer may choose another size: the rest is equal byte by
        // byte.
        assertThat(bytes).isEqualTo(codec.encode(expected));
    }

    @Test
    void bytesOfAConnectionAreThoseOfTheGeneratedClass() throws WireException {
        AccessLogEntry expected = AccessLogEntry.newBuilder()
                .setStartTime(Instant.ofEpochSecond(1_700_000_000L, 123_456_000))
                .setRouteName("chain")
                .setResponseFlags("UF,URX")
                .setConnectionTerminationDetails("idle")
                .setBytesReceived(17)
                .setBytesSent(1_000)
                .setDuration(12)
                .setUpstreamHost("127.0.0.1:9080")
                .setUpstreamCluster("outbound|9080|v2|reviews.default.svc.cluster.local")
                .setUpstreamLocalAddress("127.0.0.1:5000")
                .setDownstreamLocalAddress("127.0.0.1:15001")
                .setDownstreamRemoteAddress("127.0.0.1:6000")
                .setRequestedServerName("a.test")
                .setUpstreamTransportFailureReason("refused")
                .setDurationMicros(12_345)
                .setReporter("source")
                .setProxyId("productpage-v1-1")
                .setBundleId(42)
                .setRuleRef("VirtualService/default/echo")
                .setSourceWorkload("productpage-v1")
                .setSourceNamespace("default")
                .setSourceApp("productpage")
                .setSourceVersion("v1")
                .setDestinationService("reviews.default.svc.cluster.local")
                .setDestinationNamespace("default")
                .setDestinationWorkload("reviews-v2")
                .setDestinationApp("reviews")
                .setDestinationVersion("v2")
                .setSubset("v2")
                .setWeightDraw(4711)
                .setAttempts(1)
                .build();
        FinishedConnection finished = Requests.connection();
        byte[] bytes = encoder.encode(finished, destinations.of(finished));
        assertThat(codec.decode(bytes, AccessLogEntry.class)).isEqualTo(expected);
        assertThat(bytes).isEqualTo(codec.encode(expected));
    }

    @Test
    void missingValuesAreNullAndUnknownNamesUnknown() throws WireException {
        Requests request = Requests.request();
        request.cluster = null;
        request.clusterName = null;
        request.endpoint = null;
        request.traceparent = "00-broken";
        request.weightDraw = -1;
        request.upstreamNanos = -1;
        request.responseCode = 404;
        request.flags = EnumSet.of(ResponseFlag.NO_ROUTE_FOUND);
        request.matchHeaders = Map.of();
        AccessLogEntry entry = entry(request);
        assertThat(entry.getUpstreamHost()).isNull();
        assertThat(entry.getUpstreamCluster()).isNull();
        assertThat(entry.getUpstreamServiceTime()).isNull();
        assertThat(entry.getTraceId()).isNull();
        assertThat(entry.getSpanId()).isNull();
        assertThat(entry.getWeightDraw()).isNull();
        assertThat(entry.getDestinationService()).isEqualTo("reviews:9080");
        assertThat(entry.getDestinationWorkload()).isEqualTo("unknown");
        assertThat(entry.getResponseFlags()).isEqualTo("NR");
        assertThat(entry.getMatchHeaders()).isEmpty();
    }

    @Test
    void clusterThatDoesNotExistStillNamesItsService() throws WireException {
        Requests request = Requests.request();
        request.cluster = null;
        request.clusterName = "outbound|9080|v9|reviews.default.svc.cluster.local";
        request.endpoint = null;
        request.flags = EnumSet.of(ResponseFlag.NO_CLUSTER_FOUND);
        AccessLogEntry entry = entry(request);
        assertThat(entry.getDestinationService()).isEqualTo("reviews.default.svc.cluster.local");
        assertThat(entry.getUpstreamCluster()).isEqualTo("outbound|9080|v9|reviews.default.svc.cluster.local");
    }

    @Test
    void inboundProxyTellsItsOwnWorkloadAsDestination() throws WireException {
        Requests request = Requests.request();
        request.inbound = true;
        AccessLogEntry entry = entry(request);
        assertThat(entry.getReporter()).isEqualTo("destination");
        assertThat(entry.getDestinationWorkload()).isEqualTo("productpage-v1");
        assertThat(entry.getSourceWorkload()).isEqualTo("unknown");
    }

    @Test
    void textOutsideAsciiSurvives() throws WireException {
        Requests request = Requests.request();
        request.path = "/grüße/\uD83D\uDE00/" + "x".repeat(5_000);
        request.authority = "lone \uD800 surrogate";
        AccessLogEntry entry = entry(request);
        assertThat(entry.getPath()).isEqualTo(request.path);
        assertThat(entry.getAuthority()).isEqualTo("lone ? surrogate");
    }
}
