package weft.routing.compile;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteMatch.HeaderMatch;
import weft.routing.route.RouteMatch.QueryMatch;
import weft.routing.route.StringMatcher;
import weft.schema.HTTPMatchRequest;
import weft.schema.StringMatch;

/** HTTPMatchRequest to {@link RouteMatch}. Thread-safe: functions only. */
final class Matches {
    private Matches() {}

    static RouteMatch compile(HTTPMatchRequest match) {
        List<HeaderMatch> headers = new ArrayList<>();
        headers(match.getHeaders(), false, headers);
        headers(match.getWithoutHeaders(), true, headers);
        List<QueryMatch> query = new ArrayList<>();
        for (Map.Entry<String, StringMatch> param : new TreeMap<>(match.getQueryParams()).entrySet()) {
            query.add(new QueryMatch(param.getKey(), presence(param.getValue(), "queryParams." + param.getKey())));
        }
        return new RouteMatch(
                uri(match.getUri(), match.getIgnoreUriCase()),
                value(match.getMethod(), "method"),
                value(match.getScheme(), "scheme"),
                value(match.getAuthority(), "authority"),
                headers,
                query);
    }

    private static void headers(Map<String, StringMatch> matches, boolean invert, List<HeaderMatch> to) {
        for (Map.Entry<String, StringMatch> header : new TreeMap<>(matches).entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            to.add(new HeaderMatch(name, presence(header.getValue(), "headers." + name), invert));
        }
    }

    private static @Nullable StringMatcher uri(@Nullable StringMatch match, boolean ignoreCase) {
        if (match == null) {
            return null;
        }
        if (match.getExact() != null) {
            return new StringMatcher.Exact(match.getExact(), ignoreCase);
        }
        if (match.getPrefix() != null) {
            return new StringMatcher.Prefix(match.getPrefix(), ignoreCase);
        }
        return match.getRegex() == null ? null : regex(match.getRegex(), "uri");
    }

    private static @Nullable StringMatcher value(@Nullable StringMatch match, String where) {
        return match == null ? null : presence(match, where);
    }

    /** A match with nothing set, and the regex {@code *}, which is not RE2, ask for presence alone. */
    private static StringMatcher presence(@Nullable StringMatch match, String where) {
        if (match == null) {
            return new StringMatcher.Present();
        }
        if (match.getExact() != null) {
            return new StringMatcher.Exact(match.getExact(), false);
        }
        if (match.getPrefix() != null) {
            return match.getPrefix().isEmpty()
                    ? new StringMatcher.Present()
                    : new StringMatcher.Prefix(match.getPrefix(), false);
        }
        String regex = match.getRegex();
        return regex == null || regex.equals("*") ? new StringMatcher.Present() : regex(regex, where);
    }

    static StringMatcher regex(String expression, String where) {
        return new StringMatcher.Regex(pattern(expression, where));
    }

    static Pattern pattern(String expression, String where) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new RuleException(
                    "InvalidRegex",
                    where + ": regex \"" + expression + "\" (expected: RE2; " + e.getDescription() + ")");
        }
    }
}
