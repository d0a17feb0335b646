package weft.routing.validate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.schema.CorsPolicy;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPMirrorPolicy;
import weft.schema.HTTPRewrite;
import weft.schema.HTTPRoute;
import weft.schema.HTTPRouteDestination;
import weft.schema.Percent;
import weft.schema.StringMatch;

/** One http entry of a VirtualService. Thread-safe: functions only. */
final class HttpRouteChecks {
    private static final Set<String> CORS_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*");

    private HttpRouteChecks() {}

    static void check(HTTPRoute route, boolean isDelegate, Problems problems) {
        exclusions(route, isDelegate, problems);
        for (int i = 0; i < route.getMatch().size(); i++) {
            match(route.getMatch().get(i), problems.at("match", i));
        }
        HeaderChecks.operations(route.getHeaders(), problems);
        cors(route.getCorsPolicy(), problems.at("corsPolicy"));
        FaultChecks.check(route.getFault(), problems.at("fault"));
        mirrors(route, problems);
        AnswerChecks.redirect(route.getRedirect(), route.getMatch(), problems.at("redirect"));
        AnswerChecks.directResponse(route.getDirectResponse(), problems.at("directResponse"));
        RetryChecks.check(route.getRetries(), problems.at("retries"));
        rewrite(route.getRewrite(), problems.at("rewrite"));
        HeaderChecks.singleAuthority(
                route.getRewrite() == null ? "" : route.getRewrite().getAuthority(), route.getHeaders(), problems);
        targets(route.getRoute(), problems);
    }

    private static void exclusions(HTTPRoute route, boolean isDelegate, Problems problems) {
        boolean redirects = route.getRedirect() != null;
        boolean answers = route.getDirectResponse() != null;
        boolean forwards = !route.getRoute().isEmpty();
        if (!isDelegate && route.getDelegate() != null) {
            problems.require(!redirects, "redirect beside delegate (expected: one of them)");
            problems.require(!forwards, "route beside delegate (expected: one of them)");
            return;
        }
        problems.require(route.getDelegate() == null, "delegate in a delegate (expected: one level)");
        if (redirects || answers) {
            String action = redirects ? "redirect" : "directResponse";
            problems.require(!forwards, "route beside " + action + " (expected: one of them)");
            problems.require(route.getFault() == null, "fault beside " + action + " (expected: one of them)");
            problems.require(route.getRewrite() == null, "rewrite beside " + action + " (expected: one of them)");
            problems.require(!(redirects && answers), "redirect beside directResponse (expected: one of them)");
        } else {
            problems.require(forwards, "no action (expected: route, redirect or directResponse)");
        }
        problems.require(
                route.getMirror() == null || route.getMirrors().isEmpty(),
                "mirror beside mirrors (expected: one of them)");
    }

    static void match(HTTPMatchRequest match, Problems problems) {
        match.getHeaders().forEach((name, value) -> {
            HeaderChecks.matchName(name, problems.at("headers"));
            RouteChecks.stringMatch(value, problems.at("headers", name));
        });
        match.getWithoutHeaders().forEach((name, value) -> {
            HeaderChecks.matchName(name, problems.at("withoutHeaders"));
            if (!"*".equals(value.getRegex())) {
                RouteChecks.stringMatch(value, problems.at("withoutHeaders", name));
            }
        });
        RouteChecks.regexMatch(match.getUri(), problems.at("uri"));
        RouteChecks.stringMatch(match.getScheme(), problems.at("scheme"));
        RouteChecks.stringMatch(match.getMethod(), problems.at("method"));
        RouteChecks.stringMatch(match.getAuthority(), problems.at("authority"));
        for (Map.Entry<String, StringMatch> param : match.getQueryParams().entrySet()) {
            RouteChecks.stringMatch(param.getValue(), problems.at("queryParams", param.getKey()));
        }
        RouteChecks.source(
                match.getPort(),
                match.getSourceLabels(),
                match.getGateways(),
                match.getSourceNamespace(),
                List.of(),
                problems);
    }

    private static void targets(List<HTTPRouteDestination> route, Problems problems) {
        long total = 0;
        for (int i = 0; i < route.size(); i++) {
            HTTPRouteDestination target = route.get(i);
            Problems at = problems.at("route", i);
            HeaderChecks.operations(target.getHeaders(), at);
            total += RouteChecks.target(target.getDestination(), target.getWeight(), at);
        }
        RouteChecks.total(route.size(), total, problems.at("route"));
    }

    private static void mirrors(HTTPRoute route, Problems problems) {
        if (route.getMirrorPercent() != null) {
            problems.at("mirrorPercent").range(route.getMirrorPercent(), 0, 100);
            problems.at("mirrorPercent").warning("is deprecated (expected: mirrorPercentage)");
        }
        percent(route.getMirrorPercentage(), problems.at("mirrorPercentage"));
        RouteChecks.destination(route.getMirror(), problems.at("mirror"));
        for (int i = 0; i < route.getMirrors().size(); i++) {
            HTTPMirrorPolicy mirror = route.getMirrors().get(i);
            Problems at = problems.at("mirrors", i);
            at.require(mirror.getDestination() != null, "destination is missing");
            RouteChecks.destination(mirror.getDestination(), at.at("destination"));
            percent(mirror.getPercentage(), at.at("percentage"));
        }
    }

    private static void percent(@Nullable Percent percent, Problems problems) {
        if (percent != null) {
            problems.require(
                    percent.getValue() >= 0 && percent.getValue() <= 100, percent.getValue() + " (expected: 0 to 100)");
        }
    }

    private static void rewrite(@Nullable HTTPRewrite rewrite, Problems problems) {
        if (rewrite == null) {
            return;
        }
        boolean regex = rewrite.getUriRegexRewrite() != null;
        problems.require(rewrite.getUri().isEmpty() || !regex, "uri beside uriRegexRewrite (expected: one of them)");
        problems.require(
                regex || !rewrite.getUri().isEmpty() || !rewrite.getAuthority().isEmpty(),
                "nothing to rewrite (expected: uri, uriRegexRewrite or authority)");
        if (regex) {
            Problems at = problems.at("uriRegexRewrite");
            at.at("rewrite")
                    .require(!rewrite.getUriRegexRewrite().getRewrite().isEmpty(), "\"\" (expected: a replacement)");
            Syntax.regex(rewrite.getUriRegexRewrite().getMatch(), at.at("match"));
        }
    }

    private static void cors(@Nullable CorsPolicy cors, Problems problems) {
        if (cors == null) {
            return;
        }
        for (int i = 0; i < cors.getAllowOrigins().size(); i++) {
            StringMatch origin = cors.getAllowOrigins().get(i);
            Problems at = problems.at("allowOrigins", i);
            at.require(
                    isSet(origin.getExact()) || isSet(origin.getPrefix()) || isSet(origin.getRegex()),
                    "matches nothing (expected: exact, prefix or regex)");
            RouteChecks.regexMatch(origin, at);
        }
        for (int i = 0; i < cors.getAllowMethods().size(); i++) {
            String method = cors.getAllowMethods().get(i);
            problems.at("allowMethods", i)
                    .require(CORS_METHODS.contains(method), "\"" + method + "\" (expected: an HTTP method)");
        }
        headerNames(cors.getAllowHeaders(), problems.at("allowHeaders"));
        headerNames(cors.getExposeHeaders(), problems.at("exposeHeaders"));
        if (cors.getMaxAge() != null) {
            problems.at("maxAge")
                    .require(cors.getMaxAge() % 1000 == 0, cors.getMaxAge() + "ms (expected: whole seconds)");
        }
    }

    private static boolean isSet(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static void headerNames(List<String> names, Problems problems) {
        for (String name : names) {
            problems.require(
                    name.equals("*") || Syntax.isHeaderName(name), "\"" + name + "\" (expected: a header name)");
        }
    }
}
