package weft.sink.traffic;

import java.time.Instant;
import java.util.Map;
import java.util.random.RandomGenerator;
import weft.log.WireCodec;
import weft.schema.AccessLogEntry;

/** Access log entries for tests. */
public final class Entries {
    private Entries() {}

    public static WireCodec codec() {
        return WireCodec.withLocalSchemas();
    }

    /** productpage to reviews v1, 200, 10 ms. */
    public static AccessLogEntry.Builder at(long endMillis) {
        return AccessLogEntry.newBuilder()
                .setStartTime(Instant.ofEpochMilli(endMillis - 10))
                .setDurationMicros(10_000)
                .setDuration(10)
                .setRouteName("default")
                .setMethod("GET")
                .setPath("/reviews/0")
                .setProtocol("HTTP/1.1")
                .setResponseCode(200)
                .setBytesReceived(3)
                .setBytesSent(100)
                .setAttempts(1)
                .setUpstreamCluster("outbound|9080|v1|reviews.default.svc.cluster.local")
                .setRuleRef("VirtualService/default/reviews")
                .setSourceWorkload("productpage-v1")
                .setSourceNamespace("default")
                .setDestinationService("reviews.default.svc.cluster.local")
                .setDestinationNamespace("default")
                .setDestinationWorkload("reviews-v1")
                .setDestinationVersion("v1")
                .setSubset("v1")
                .setBundleId(7);
    }

    /** Any entry at all, for comparing two ways of reading. */
    static AccessLogEntry random(RandomGenerator random) {
        return at(random.nextLong(0, 4_000_000_000_000L))
                .setRouteName(word(random))
                .setMethod(word(random))
                .setPath(word(random))
                .setProtocol(word(random))
                .setResponseCode(random.nextInt(0, 600))
                .setResponseFlags(word(random))
                .setConnectionTerminationDetails(random.nextBoolean() ? null : word(random))
                .setBytesReceived(random.nextLong())
                .setBytesSent(random.nextLong())
                .setDurationMicros(random.nextLong())
                .setUpstreamServiceTime(random.nextBoolean() ? null : random.nextLong())
                .setUpstreamCluster(random.nextBoolean() ? null : word(random))
                .setAttempts(random.nextInt())
                .setBundleId(random.nextLong())
                .setReporter(word(random))
                .setRuleRef(word(random))
                .setSourceWorkload(word(random))
                .setSourceNamespace(word(random))
                .setDestinationService(word(random))
                .setDestinationNamespace(word(random))
                .setDestinationWorkload(word(random))
                .setDestinationVersion(word(random))
                .setSubset(word(random))
                .setWeightDraw(random.nextBoolean() ? null : random.nextInt())
                .setMatchHeaders(random.nextBoolean() ? Map.of() : Map.of(word(random), word(random), "a", "b"))
                .build();
    }

    private static String word(RandomGenerator random) {
        int length = random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(12);
        StringBuilder out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            out.append((char) random.nextInt(32, random.nextInt(5) == 0 ? 0x2000 : 127));
        }
        return out.toString();
    }
}
