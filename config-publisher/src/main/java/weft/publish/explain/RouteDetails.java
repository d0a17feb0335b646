package weft.publish.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import weft.routing.explain.Answer;
import weft.routing.explain.Explanation;
import weft.routing.ratelimit.RateLimit;
import weft.routing.route.CorsPolicy;
import weft.routing.route.Fault;
import weft.routing.route.Forward;
import weft.routing.route.HeaderOperations;
import weft.routing.route.Mirror;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.StringMatcher;
import weft.routing.route.WeightedCluster;

/** What a route does with a request besides choosing its cluster, a few words each. Thread-safe: functions only. */
final class RouteDetails {
    private static final long SECOND = 1000;

    private RouteDetails() {}

    /** Rows by their heading, in the order of a request's way. */
    static Map<String, String> of(Explanation told) {
        Map<String, String> rows = new LinkedHashMap<>();
        put(rows, "limits", told.rateLimits().stream().map(RouteDetails::limit).collect(Collectors.joining("; ")));
        Route route = told.route();
        if (route == null) {
            return rows;
        }
        if (route.action() instanceof Forward forward) {
            forward(told, forward, rows);
        }
        put(rows, "headers", headers(told, route, true));
        put(rows, "response", headers(told, route, false));
        CorsPolicy cors = route.cors();
        put(rows, "cors", cors == null ? "" : cors(cors));
        told.answer().fields().set().forEach(field -> put(rows, field.name(), field.value()));
        return rows;
    }

    private static void put(Map<String, String> rows, String heading, String text) {
        if (!text.isEmpty()) {
            rows.put(heading, text);
        }
    }

    /** {@code 100 in 1m per client address, 20 at once (RateLimitPolicy default/api per-client)}. */
    private static String limit(RateLimit limit) {
        RateLimit.Quota quota = limit.quota();
        String keys = limit.keys().stream().map(Object::toString).collect(Collectors.joining(" and "));
        return quota.requests() + " in " + duration(quota.perMillis())
                + (keys.isEmpty() ? "" : " per " + keys)
                + (quota.burst() == quota.requests() ? "" : ", " + quota.burst() + " at once")
                + (limit.isGlobal() ? " over all proxies" : "")
                + (limit.isShadow() ? ", counted only" : "")
                + " (RateLimitPolicy " + RuleWords.name(limit.policy()) + " " + limit.name() + ")";
    }

    private static void forward(Explanation told, Forward forward, Map<String, String> rows) {
        Answer answer = told.answer();
        put(rows, "weights", weights(forward, told));
        if (answer.path() != null && !answer.path().equals(told.call().path())) {
            put(rows, "path", told.call().path() + " → " + answer.path());
        }
        if (answer.authority() != null && !answer.authority().equals(told.call().authority())) {
            put(rows, "host", told.call().authority() + " → " + answer.authority());
        }
        boolean isSaid = told.route() != null && told.route().rule() != null;
        if (isSaid || forward.timeoutMillis() > 0 || forward.retries().attempts() > 0) {
            put(rows, "timeout", forward.timeoutMillis() == 0 ? "none" : duration(forward.timeoutMillis()));
            put(rows, "retries", retries(forward.retries()));
        }
        put(rows, "fault", forward.fault() == null ? "" : fault(forward.fault(), told));
        put(rows, "mirror", forward.mirrors().stream().map(RouteDetails::mirror).collect(Collectors.joining("; ")));
    }

    private static String weights(Forward forward, Explanation told) {
        if (forward.clusters().size() == 1) {
            return "";
        }
        long total =
                forward.clusters().stream().mapToLong(WeightedCluster::weight).sum();
        String shares = forward.clusters().stream()
                .map(each -> target(each) + " " + percent(100.0 * each.weight() / total))
                .collect(Collectors.joining(" · "));
        Long draw = told.call().draw();
        return shares + (draw == null ? ", drawn for each request" : ", this draw: " + draw % total + " of " + total);
    }

    /** A destination in few words: services of the mesh by their first name. */
    static String target(WeightedCluster destination) {
        String host = destination.host().isEmpty() ? destination.cluster() : destination.host();
        String shown = host.endsWith(".svc.cluster.local") ? host.substring(0, host.indexOf('.')) : host;
        return destination.subset().isEmpty() ? shown : shown + " " + destination.subset();
    }

    static String percent(double value) {
        return value == Math.rint(value) ? (long) value + " %" : Math.round(value * 100) / 100.0 + " %";
    }

    static String duration(long millis) {
        if (millis % SECOND == 0) {
            return millis / SECOND + "s";
        }
        return millis < SECOND ? millis + "ms" : millis / (double) SECOND + "s";
    }

    private static String retries(RetryPolicy retries) {
        if (retries.attempts() == 0) {
            return "none";
        }
        String on = retries.conditions().stream()
                .sorted()
                .map(RetryPolicy.Condition::word)
                .collect(Collectors.joining(", "));
        String codes = retries.statusCodes().isEmpty()
                ? ""
                : " "
                        + retries.statusCodes().stream()
                                .sorted()
                                .map(String::valueOf)
                                .collect(Collectors.joining(", "));
        return retries.attempts() + " more on " + on + codes
                + (retries.perTryTimeoutMillis() == 0
                        ? ""
                        : ", each try within " + duration(retries.perTryTimeoutMillis()))
                + (retries.isDefault() ? " (the default)" : "");
    }

    private static String fault(Fault fault, Explanation told) {
        List<String> parts = new ArrayList<>();
        if (fault.delay() != null) {
            parts.add(percent(fault.delay().percentage()) + " wait "
                    + duration(fault.delay().delayMillis())
                    + (told.delaysMillis() > 0 ? " (this one does)" : ""));
        }
        if (fault.abort() != null) {
            Integer grpc = fault.abort().grpcStatus();
            parts.add(percent(fault.abort().percentage()) + " get "
                    + (grpc == null ? String.valueOf(fault.abort().httpStatus()) : "gRPC status " + grpc)
                    + (told.answer().action() == Answer.Action.ABORT ? " (this one does)" : ""));
        }
        return String.join(", ", parts);
    }

    private static String mirror(Mirror mirror) {
        return mirror.cluster() + (mirror.percentage() < 100 ? " " + percent(mirror.percentage()) : "");
    }

    private static String headers(Explanation told, Route route, boolean isRequest) {
        List<HeaderOperations> levels = new ArrayList<>();
        HeaderOperations own = isRequest ? route.requestHeaders() : route.responseHeaders();
        WeightedCluster destination = told.answer().destination();
        boolean isWeighted =
                route.action() instanceof Forward forward && forward.clusters().size() > 1;
        if (isWeighted && destination != null) {
            levels.add(isRequest ? destination.requestHeaders() : destination.responseHeaders());
        }
        levels.add(own);
        return levels.stream()
                .filter(level -> !level.isEmpty())
                .map(RouteDetails::operations)
                .collect(Collectors.joining("; then "));
    }

    private static String operations(HeaderOperations operations) {
        List<String> parts = new ArrayList<>();
        operations.remove().forEach(name -> parts.add("remove " + name));
        operations.set().forEach(field -> parts.add("set " + field.name() + ": " + field.value()));
        operations.add().forEach(field -> parts.add("add " + field.name() + ": " + field.value()));
        return String.join(", ", parts);
    }

    private static String cors(CorsPolicy cors) {
        String origins = cors.allowOrigins().stream().map(RouteDetails::origin).collect(Collectors.joining(", "));
        return "origins " + (origins.isEmpty() ? "none" : origins)
                + (cors.allowMethods().isEmpty() ? "" : "; methods " + String.join(", ", cors.allowMethods()))
                + (cors.allowHeaders().isEmpty() ? "" : "; headers " + String.join(", ", cors.allowHeaders()))
                + (cors.allowCredentials() ? "; with credentials" : "");
    }

    private static String origin(StringMatcher origin) {
        if (origin instanceof StringMatcher.Exact exact) {
            return exact.expected();
        }
        if (origin instanceof StringMatcher.Prefix prefix) {
            return prefix.prefix() + "…";
        }
        return origin instanceof StringMatcher.Regex regex
                ? "regex " + regex.pattern().pattern()
                : "any";
    }
}
