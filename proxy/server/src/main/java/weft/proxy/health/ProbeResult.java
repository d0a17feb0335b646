package weft.proxy.health;

/**
 * What one probe came to. Immutable.
 *
 * @param details for people, empty for a success
 */
record ProbeResult(Kind kind, String details) {
    static final ProbeResult PASSED = new ProbeResult(Kind.PASSED, "");

    /** How it counts, as in Envoy. */
    enum Kind {
        PASSED,
        /** No connection, no answer in time, or an answer that may be tried again: counts towards the threshold. */
        NETWORK_FAILURE,
        /** The endpoint itself says that it is not well: fails it at once. */
        REFUSED
    }

    static ProbeResult network(String details) {
        return new ProbeResult(Kind.NETWORK_FAILURE, details);
    }

    static ProbeResult refused(String details) {
        return new ProbeResult(Kind.REFUSED, details);
    }

    boolean isPassed() {
        return kind == Kind.PASSED;
    }
}
