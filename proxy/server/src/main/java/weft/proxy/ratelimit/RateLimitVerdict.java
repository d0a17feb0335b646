package weft.proxy.ratelimit;

import weft.routing.http.Headers;
import weft.routing.ratelimit.RateLimit;

/**
 * What the limits say to one request. Immutable.
 *
 * @param limit that refuses, or of which least is left
 * @param remaining requests that are left of it at once
 * @param resetSeconds until one more is, 0 when some are left
 */
public record RateLimitVerdict(RateLimit limit, boolean isRefused, long remaining, long resetSeconds) {
    private static final String LIMIT = "x-ratelimit-limit";
    private static final String REMAINING = "x-ratelimit-remaining";
    private static final String RESET = "x-ratelimit-reset";
    private static final String RETRY_AFTER = "retry-after";

    /** Tells the client, as the third draft of the header fields and Envoy have it. */
    public void write(Headers response) {
        if (limit.hasHeaders()) {
            response.set(LIMIT, Long.toString(limit.quota().burst()));
            response.set(REMAINING, Long.toString(remaining));
            response.set(RESET, Long.toString(resetSeconds));
        }
        if (isRefused) {
            response.set(RETRY_AFTER, Long.toString(resetSeconds));
        }
    }
}
