package weft.routing.route;

import java.util.ArrayList;
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
 *
 * <p>The common route, with no condition besides its path, is found without a look at the route itself: its position is
 * what the map holds.
 */
final class RouteIndex {
    private static final int[] NONE = {};

    private final Route[] routes;
    /** Positions of routes on a path where the first has more conditions. */
    private final int[][] lists;

    /** A position, or after those of all routes the index of a list. */
    private final SliceMap exact;

    private final SliceMap prefixes;

    /** By length: which characters prefixes of it end in, one bit for each 64th; most end in a slash, if any. */
    private final long[] prefixEnds;

    private final int[] emptyPrefix;
    private final int[] others;

    RouteIndex(List<Route> routes) {
        this.routes = routes.toArray(new Route[0]);
        Map<String, List<Integer>> byExact = new HashMap<>();
        Map<String, List<Integer>> byPrefix = new HashMap<>();
        List<Integer> rest = new ArrayList<>();
        int longest = 0;
        for (int i = 0; i < routes.size(); i++) {
            StringMatcher path = routes.get(i).match().path();
            if (path instanceof StringMatcher.Exact e && !e.ignoreCase()) {
                byExact.computeIfAbsent(e.expected(), key -> new ArrayList<>()).add(i);
            } else if (path instanceof StringMatcher.Prefix p && !p.ignoreCase()) {
                byPrefix.computeIfAbsent(p.prefix(), key -> new ArrayList<>()).add(i);
                longest = Math.max(longest, p.prefix().length());
            } else {
                rest.add(i);
            }
        }
        emptyPrefix = positions(byPrefix.remove(""));
        prefixEnds = new long[longest + 1];
        for (String prefix : byPrefix.keySet()) {
            prefixEnds[prefix.length()] |= 1L << prefix.charAt(prefix.length() - 1);
        }
        List<int[]> conditional = new ArrayList<>();
        exact = new SliceMap(numbers(byExact, conditional), String::hashCode);
        prefixes = new SliceMap(numbers(byPrefix, conditional), String::hashCode);
        lists = conditional.toArray(new int[0][]);
        others = positions(rest);
    }

    private Map<String, Integer> numbers(Map<String, List<Integer>> byPath, List<int[]> conditional) {
        Map<String, Integer> numbers = new HashMap<>();
        byPath.forEach((path, positions) -> {
            int first = positions.get(0);
            if (routes[first].match().isOnPathOnly()) {
                numbers.put(path, first);
            } else {
                numbers.put(path, routes.length + conditional.size());
                conditional.add(positions(positions));
            }
        });
        return numbers;
    }

    private static int[] positions(@Nullable List<Integer> list) {
        return list == null ? NONE : list.stream().mapToInt(Integer::intValue).toArray();
    }

    @Nullable
    Route first(RequestHead head) {
        int best = firstOf(emptyPrefix, head, routes.length);
        String path = head.path();
        int length = head.pathLength();
        int prefixEnd = Math.min(length, prefixEnds.length - 1);
        int hash = 0;
        for (int i = 0; i < prefixEnd; i++) {
            char c = path.charAt(i);
            hash = hash * 31 + c;
            if ((prefixEnds[i + 1] >>> c & 1) != 0) {
                int found = prefixes.get(hash, path, 0, i + 1);
                if (found != SliceMap.ABSENT) {
                    best = best(found, head, best);
                }
            }
        }
        if (!exact.isEmpty()) {
            for (int i = prefixEnd; i < length; i++) {
                hash = hash * 31 + path.charAt(i);
            }
            int found = exact.get(hash, path, 0, length);
            if (found != SliceMap.ABSENT) {
                best = best(found, head, best);
            }
        }
        for (int i = 0; i < others.length && others[i] < best; i++) {
            if (routes[others[i]].match().matches(head)) {
                best = others[i];
            }
        }
        return best < routes.length ? routes[best] : null;
    }

    private int best(int number, RequestHead head, int best) {
        return number < routes.length ? Math.min(number, best) : firstOf(lists[number - routes.length], head, best);
    }

    /** The first position below the best whose conditions besides the path hold, or the best. */
    private int firstOf(int[] positions, RequestHead head, int best) {
        for (int i = 0; i < positions.length && positions[i] < best; i++) {
            if (routes[positions[i]].match().matchesBesidesPath(head)) {
                return positions[i];
            }
        }
        return best;
    }
}
