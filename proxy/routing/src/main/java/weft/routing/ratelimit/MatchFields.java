package weft.routing.ratelimit;

import weft.schema.HTTPMatchRequest;
import weft.schema.RateLimitMatch;

/** Conditions of a limit in the words of a route's. Thread-safe: functions only. */
public final class MatchFields {
    private MatchFields() {}

    /** The route match that means the same. */
    public static HTTPMatchRequest of(RateLimitMatch match) {
        return HTTPMatchRequest.newBuilder()
                .setUri(match.getUri())
                .setScheme(match.getScheme())
                .setMethod(match.getMethod())
                .setAuthority(match.getAuthority())
                .setHeaders(match.getHeaders())
                .setQueryParams(match.getQueryParams())
                .setIgnoreUriCase(match.getIgnoreUriCase())
                .setWithoutHeaders(match.getWithoutHeaders())
                .build();
    }
}
