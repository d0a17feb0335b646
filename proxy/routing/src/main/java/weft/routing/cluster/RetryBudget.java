package weft.routing.cluster;

/**
 * Bounds retries in flight by the requests there are. Immutable. Istio DestinationRule, retryBudget; Envoy's defaults.
 *
 * @param percent of the requests, 0 to 100
 * @param minRetryConcurrency retries that are always allowed
 * @param intervalMillis requests begun in this time count; 0 for those in flight only
 */
public record RetryBudget(double percent, long minRetryConcurrency, long intervalMillis) {
    public static final double DEFAULT_PERCENT = 20;
    public static final long DEFAULT_MIN_RETRY_CONCURRENCY = 3;

    /** Retries that may be in flight at once with so many requests. */
    public long allowed(long requests) {
        return Math.max((long) (percent / 100 * requests), minRetryConcurrency);
    }
}
