package weft.routing.route;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;

/**
 * Finds the first matching route of a list without trying them all. Immutable; lookups allocate nothing, but for
 * regexes.
 *
 * <p>Routes on an exact path and on a prefix lie in hash maps of positions, in order. One pass over the path computes
 * the hash of every prefix on the way and asks the map for those lengths that occur; routes without such a path
 * (regexes, case ignored, no path) are tried in order. The smallest position of all that match wins, and a position
 * above the best so far ends its list, so that the answer is that of a first-match scan.
 */
final class RouteIndex {
    private static final int[] NONE = {};

    private final List<Route> routes;
    private final SliceMap<int[]> exact;
    private final SliceMap<int[]> prefixes;
    private final BitSet prefixLengths = new BitSet();
    private final int longestPrefix;
    private final int[] emptyPrefix;
    private final int[] others;

    RouteIndex(List<Route> routes) {
        this.routes = routes;
        Map<String, List<Integer>> byExact = new HashMap<>();
        Map<String, List<Integer>> byPrefix = new HashMap<>();
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < routes.size(); i++) {
            StringMatcher path = routes.get(i).match().path();
            if (path instanceof StringMatcher.Exact e && !e.ignoreCase()) {
                byExact.computeIfAbsent(e.expected(), key -> new ArrayList<>()).add(i);
            } else if (path instanceof StringMatcher.Prefix p && !p.ignoreCase()) {
                byPrefix.computeIfAbsent(p.prefix(), key -> new ArrayList<>()).add(i);
                prefixLengths.set(p.prefix().length());
            } else {
                rest.add(i);
            }
        }
        emptyPrefix = positions(byPrefix.remove(""));
        prefixLengths.clear(0);
        exact = new SliceMap<>(positions(byExact), String::hashCode);
        prefixes = new SliceMap<>(positions(byPrefix), String::hashCode);
        longestPrefix = prefixLengths.length() - 1;
        others = positions(rest);
    }

    private static Map<String, int[]> positions(Map<String, List<Integer>> lists) {
        Map<String, int[]> arrays = new HashMap<>();
        lists.forEach((key, list) -> arrays.put(key, positions(list)));
        return arrays;
    }

    private static int[] positions(@Nullable List<Integer> list) {
        return list == null ? NONE : list.stream().mapToInt(Integer::intValue).toArray();
    }

    @Nullable
    Route first(RequestHead head) {
        int best = firstOf(emptyPrefix, head, routes.size());
        String path = head.path();
        int length = head.pathLength();
        int prefixEnd = Math.min(length, longestPrefix);
        int hash = 0;
        for (int i = 0; i < prefixEnd; i++) {
            hash = hash * 31 + path.charAt(i);
            if (prefixLengths.get(i + 1)) {
                int[] found = prefixes.get(hash, path, 0, i + 1, false);
                if (found != null) {
                    best = firstOf(found, head, best);
                }
            }
        }
        if (!exact.isEmpty()) {
            for (int i = Math.max(0, prefixEnd); i < length; i++) {
                hash = hash * 31 + path.charAt(i);
            }
            int[] found = exact.get(hash, path, 0, length, false);
            if (found != null) {
                best = firstOf(found, head, best);
            }
        }
        for (int i = 0; i < others.length && others[i] < best; i++) {
            if (routes.get(others[i]).match().matches(head)) {
                best = others[i];
            }
        }
        return best < routes.size() ? routes.get(best) : null;
    }

    /** The first position below the best whose conditions besides the path hold, or the best. */
    private int firstOf(int[] positions, RequestHead head, int best) {
        for (int i = 0; i < positions.length && positions[i] < best; i++) {
            if (routes.get(positions[i]).match().matchesBesidesPath(head)) {
                return positions[i];
            }
        }
        return best;
    }
}
