package weft.sink.traffic;

/**
 * The fields of an access log entry that are counted. Confined to one thread; reused for each entry, which is why its
 * fields are open.
 */
final class EntryFields {
    static final String UNKNOWN = "unknown";

    long startMicros;
    long durationMicros;
    long bytesReceived;
    long bytesSent;
    long bundle;
    int responseCode;
    int attempts;
    /** An upstream was chosen, even one that does not exist. */
    boolean hasCluster;

    String responseFlags = "";
    String routeName = "";
    String protocol = "";
    String reporter = "";
    String ruleRef = "";
    String sourceWorkload = "";
    String sourceNamespace = "";
    String destinationService = "";
    String destinationNamespace = "";
    String destinationWorkload = "";
    String destinationVersion = "";
    String subset = "";

    /** Milliseconds since 1970 when the request ended. */
    long endMillis() {
        return Math.floorDiv(startMicros + durationMicros, 1000L);
    }

    /**
     * What this entry is counted under. A request that no rule and no service took is told under its authority, which any
     * client may choose freely: those count as one service.
     */
    TrafficKey key() {
        boolean isUnmatched = !hasCluster && ruleRef.isEmpty();
        return new TrafficKey(
                reporter,
                sourceWorkload,
                sourceNamespace,
                isUnmatched ? UNKNOWN : destinationService,
                destinationNamespace,
                destinationWorkload,
                destinationVersion,
                subset,
                routeName,
                ruleRef,
                protocol);
    }
}
