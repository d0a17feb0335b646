package weft.routing.explain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteMatch.HeaderMatch;
import weft.routing.route.RouteMatch.QueryMatch;
import weft.routing.route.StringMatcher;

/** The conditions of routes in words. Thread-safe: functions only. */
final class Conditions {
    /** Longest value shown whole. */
    private static final int MAX_SHOWN = 120;

    private Conditions() {}

    /**
     * The first condition that does not hold, in the order in which proxies try them; null when the route matches.
     *
     * @throws IllegalStateException when a route does not match though each of its conditions holds
     */
    static @Nullable Condition firstFailed(RouteMatch match, RequestHead head) {
        if (match.matches(head)) {
            return null;
        }
        String path = head.path().substring(0, head.pathLength());
        if (match.path() != null && !match.path().matches(path)) {
            return new Condition("uri", uri(match.path()), "the path is " + quoted(path));
        }
        if (match.method() != null && !match.method().matches(head.method())) {
            return new Condition("method", words(match.method()), "it is " + head.method());
        }
        if (match.scheme() != null && !match.scheme().matches(head.scheme())) {
            return new Condition("scheme", words(match.scheme()), "it is " + head.scheme());
        }
        if (match.authority() != null && !match.authority().matches(head.authority())) {
            return new Condition("authority", words(match.authority()), "it is " + quoted(head.authority()));
        }
        for (HeaderMatch header : match.headers()) {
            if (!header.holds(head)) {
                String value = header.found(head);
                return new Condition(
                        field(header),
                        words(header.value()),
                        value == null ? "the request has none" : "the request has " + quoted(value));
            }
        }
        for (QueryMatch query : match.queryParams()) {
            if (!query.holds(head)) {
                return new Condition("queryParams." + query.name(), words(query.value()), query(head));
            }
        }
        throw new IllegalStateException(match + " does not match " + head + " though each condition holds");
    }

    /** All conditions of a match, which hold. */
    static List<Condition> of(RouteMatch match) {
        List<Condition> all = new ArrayList<>();
        add("uri", match.path(), all);
        add("method", match.method(), all);
        add("scheme", match.scheme(), all);
        add("authority", match.authority(), all);
        match.headers().forEach(header -> add(field(header), header.value(), all));
        match.queryParams().forEach(query -> add("queryParams." + query.name(), query.value(), all));
        return all;
    }

    private static void add(String field, @Nullable StringMatcher matcher, List<Condition> to) {
        if (matcher != null) {
            to.add(new Condition(field, field.equals("uri") ? uri(matcher) : words(matcher), ""));
        }
    }

    private static String field(HeaderMatch header) {
        return (header.invert() ? "withoutHeaders." : "headers.") + header.name();
    }

    private static String uri(StringMatcher matcher) {
        boolean ignoresCase = matcher instanceof StringMatcher.Exact exact && exact.ignoreCase()
                || matcher instanceof StringMatcher.Prefix prefix && prefix.ignoreCase();
        return ignoresCase ? words(matcher) + " (case ignored)" : words(matcher);
    }

    private static String words(StringMatcher matcher) {
        if (matcher instanceof StringMatcher.Exact exact) {
            return "exact " + quoted(exact.expected());
        }
        if (matcher instanceof StringMatcher.Prefix prefix) {
            return "prefix " + quoted(prefix.prefix());
        }
        if (matcher instanceof StringMatcher.Regex regex) {
            return "regex " + quoted(regex.pattern().pattern());
        }
        return "present";
    }

    private static String query(RequestHead head) {
        int from = head.pathLength() + 1;
        return from > head.path().length()
                ? "the request has no query"
                : "the query is " + quoted(head.path().substring(from));
    }

    static String quoted(String text) {
        return text.length() <= MAX_SHOWN ? "\"" + text + "\"" : "\"" + text.substring(0, MAX_SHOWN) + "…\"";
    }
}
