package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.route.CorsPolicy;
import weft.routing.route.StringMatcher;
import weft.schema.CorsUnmatchedPreflights;
import weft.schema.StringMatch;

/** Istio's CorsPolicy to {@link CorsPolicy}. Thread-safe: functions only. */
final class Cors {
    private static final long SECOND_MILLIS = 1000;
    private static final long NO_AGE = -1;

    private Cors() {}

    static @Nullable CorsPolicy compile(weft.schema.@Nullable CorsPolicy cors) {
        if (cors == null) {
            return null;
        }
        Long age = cors.getMaxAge();
        return new CorsPolicy(
                origins(cors),
                cors.getAllowMethods(),
                cors.getAllowHeaders(),
                cors.getExposeHeaders(),
                age == null ? NO_AGE : age / SECOND_MILLIS,
                Boolean.TRUE.equals(cors.getAllowCredentials()),
                cors.getUnmatchedPreflights() != CorsUnmatchedPreflights.IGNORE);
    }

    /** The deprecated list counts only without the new one. */
    private static List<StringMatcher> origins(weft.schema.CorsPolicy cors) {
        List<StringMatcher> origins = new ArrayList<>();
        for (StringMatch origin : cors.getAllowOrigins()) {
            if (origin.getExact() != null) {
                origins.add(new StringMatcher.Exact(origin.getExact(), false));
            } else if (origin.getPrefix() != null) {
                origins.add(new StringMatcher.Prefix(origin.getPrefix(), false));
            } else if (origin.getRegex() != null) {
                origins.add(Matches.regex(origin.getRegex(), "corsPolicy.allowOrigins"));
            }
        }
        if (cors.getAllowOrigins().isEmpty()) {
            cors.getAllowOrigin().forEach(origin -> origins.add(new StringMatcher.Exact(origin, false)));
        }
        return origins;
    }
}
