package weft.routing.ratelimit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;
import weft.routing.route.RouteMatch;
import weft.rules.RuleKey;

/**
 * One rule of a RateLimitPolicy. Immutable.
 *
 * @param policy it stands in
 * @param name of the rule, or its place as {@code rules[0]}
 * @param matches of which any may match; empty for every request
 * @param keys whose values have a limit each, together; empty for one limit for all
 * @param quota how many requests in what time
 * @param isShadow requests above it are counted and go on
 * @param isGlobal all proxies share it
 * @param hasHeaders responses tell what is left of it
 */
public record RateLimit(
        RuleKey policy,
        String name,
        List<RouteMatch> matches,
        List<RateLimitKey> keys,
        Quota quota,
        boolean isShadow,
        boolean isGlobal,
        boolean hasHeaders) {
    /** Between values of a key; no header value holds it. */
    private static final char SEPARATOR = '\n';

    /**
     * So many requests in a time; tokens come evenly.
     *
     * @param burst tokens that a rested limit holds
     */
    public record Quota(long requests, long perMillis, long burst) {}

    public RateLimit {
        matches = List.copyOf(matches);
        keys = List.copyOf(keys);
    }

    /** What counters and shares are kept by: {@code namespace/policy/rule}. */
    public String id() {
        return policy.namespace() + "/" + policy.name() + "/" + name;
    }

    /** Whether the request is one that the rule is about. */
    public boolean matches(RequestHead head) {
        for (int i = 0; i < matches.size(); i++) {
            if (matches.get(i).matches(head)) {
                return true;
            }
        }
        return matches.isEmpty();
    }

    /**
     * The values of the request that it is counted by, as one text; empty without keys. Null when one is not there: then the
     * rule does not count the request, as a descriptor of Envoy's that cannot be made.
     */
    public @Nullable String key(RequestHead head, String clientAddress) {
        if (keys.isEmpty()) {
            return "";
        }
        if (keys.size() == 1) {
            return keys.get(0).of(head, clientAddress);
        }
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < keys.size(); i++) {
            String value = keys.get(i).of(head, clientAddress);
            if (value == null) {
                return null;
            }
            all.append(i == 0 ? "" : SEPARATOR).append(value);
        }
        return all.toString();
    }
}
