package weft.proxy.upstream;

/** Why an endpoint should not be picked. Immutable. */
public enum Unhealthy {
    /** Outlier detection took it out for a while. */
    EJECTED,
    /** An active health check failed. */
    FAILED_CHECK,
    /** It is about to go: it serves what it has and wants nothing new. */
    DRAINING;

    int bit() {
        return 1 << ordinal();
    }
}
