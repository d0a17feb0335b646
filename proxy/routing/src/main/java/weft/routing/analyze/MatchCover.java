package weft.routing.analyze;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.schema.HTTPMatchRequest;
import weft.schema.StringMatch;

/**
 * Whether every request that one match takes is taken by another. Confined to the calling thread.
 *
 * <p>Sound, not complete: yes is certain, no may mean that it could not be told.
 */
final class MatchCover {
    /** Compiled once, not for every pair; null for one that does not compile. */
    private final Map<String, @Nullable Pattern> compiled = new HashMap<>();

    boolean covers(HTTPMatchRequest outer, HTTPMatchRequest inner) {
        return path(outer, inner)
                && optional(outer.getScheme(), inner.getScheme())
                && optional(outer.getMethod(), inner.getMethod())
                && optional(outer.getAuthority(), inner.getAuthority())
                && all(lower(outer.getHeaders()), lower(inner.getHeaders()))
                && all(outer.getQueryParams(), inner.getQueryParams())
                // What must be absent: the wider match forbids less, so the roles change.
                && absent(lower(outer.getWithoutHeaders()), lower(inner.getWithoutHeaders()))
                && (outer.getPort() == 0 || outer.getPort() == inner.getPort())
                && inner.getSourceLabels()
                        .entrySet()
                        .containsAll(outer.getSourceLabels().entrySet())
                && (outer.getSourceNamespace().isEmpty()
                        || outer.getSourceNamespace().equals(inner.getSourceNamespace()))
                && (outer.getGateways().isEmpty()
                        || (!inner.getGateways().isEmpty()
                                && outer.getGateways().containsAll(inner.getGateways())));
    }

    /** Whether the match takes every path and asks nothing of the request: merged gateways put it last. */
    static boolean isCatchAll(HTTPMatchRequest match) {
        return isAnyPath(match.getUri())
                && match.getScheme() == null
                && match.getMethod() == null
                && match.getAuthority() == null
                && match.getHeaders().isEmpty()
                && match.getQueryParams().isEmpty()
                && match.getWithoutHeaders().isEmpty();
    }

    private static boolean isAnyPath(@Nullable StringMatch uri) {
        return uri == null || "/".equals(uri.getPrefix()) || ".*".equals(uri.getRegex()) || "*".equals(uri.getRegex());
    }

    private boolean path(HTTPMatchRequest outer, HTTPMatchRequest inner) {
        StringMatch wide = outer.getUri();
        StringMatch narrow = inner.getUri();
        if (wide == null || (isAnyPath(wide) && wide.getRegex() == null)) {
            return true;
        }
        if (narrow == null) {
            return false;
        }
        boolean isFolded = outer.getIgnoreUriCase();
        if (inner.getIgnoreUriCase() && !isFolded) {
            return false;
        }
        if (isFolded && wide.getRegex() == null) {
            return narrow.getRegex() == null && covers(folded(wide), folded(narrow));
        }
        return !isFolded && covers(wide, narrow);
    }

    private static StringMatch folded(StringMatch match) {
        return StringMatch.newBuilder()
                .setExact(match.getExact() == null ? null : match.getExact().toLowerCase(Locale.ROOT))
                .setPrefix(match.getPrefix() == null ? null : match.getPrefix().toLowerCase(Locale.ROOT))
                .build();
    }

    private boolean optional(@Nullable StringMatch outer, @Nullable StringMatch inner) {
        return outer == null || (inner != null && covers(outer, inner));
    }

    private boolean all(Map<String, StringMatch> outer, Map<String, StringMatch> inner) {
        for (Map.Entry<String, StringMatch> wide : outer.entrySet()) {
            StringMatch narrow = inner.get(wide.getKey());
            if (narrow == null || !covers(wide.getValue(), narrow)) {
                return false;
            }
        }
        return true;
    }

    private static boolean absent(Map<String, StringMatch> outer, Map<String, StringMatch> inner) {
        for (Map.Entry<String, StringMatch> forbidden : outer.entrySet()) {
            StringMatch also = inner.get(forbidden.getKey());
            if (also == null || !also.equals(forbidden.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, StringMatch> lower(Map<String, StringMatch> headers) {
        Map<String, StringMatch> lower = new HashMap<>();
        headers.forEach((name, match) -> lower.put(name.toLowerCase(Locale.ROOT), match));
        return lower;
    }

    /** Without a member, a match asks for presence only. */
    private boolean covers(StringMatch outer, StringMatch inner) {
        if (outer.equals(inner) || isPresence(outer)) {
            return true;
        }
        if (outer.getPrefix() != null) {
            String begin = inner.getExact() != null ? inner.getExact() : inner.getPrefix();
            return begin != null && begin.startsWith(outer.getPrefix());
        }
        return outer.getRegex() != null && inner.getExact() != null && matches(outer.getRegex(), inner.getExact());
    }

    private static boolean isPresence(StringMatch match) {
        return match.getExact() == null && match.getPrefix() == null && match.getRegex() == null;
    }

    private boolean matches(String regex, String text) {
        if (!compiled.containsKey(regex)) {
            compiled.put(regex, compile(regex));
        }
        Pattern pattern = compiled.get(regex);
        return pattern != null && pattern.matches(text);
    }

    private static @Nullable Pattern compile(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            return null; // validation tells
        }
    }
}
