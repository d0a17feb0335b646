package weft.publish.meaning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which route of the old list is which of the new one. Immutable.
 *
 * <p>Routes are the same by name, else by their conditions, else by what they do. Of those that are there twice, the
 * fewest that explain the new order count as moved.
 */
final class Alignment {
    private static final int NONE = -1;

    /** For each new route its place in the old list. */
    private final int[] origins;

    private final boolean[] moved;
    private final List<Integer> removed = new ArrayList<>();

    private Alignment(int[] origins, int oldSize) {
        this.origins = origins;
        this.moved = moved(origins);
        boolean[] stayed = new boolean[oldSize];
        Arrays.stream(origins).filter(from -> from != NONE).forEach(from -> stayed[from] = true);
        for (int from = 0; from < oldSize; from++) {
            if (!stayed[from]) {
                removed.add(from);
            }
        }
    }

    static Alignment of(List<JsonNode> before, List<JsonNode> after) {
        int[] origins = new int[after.size()];
        Arrays.fill(origins, NONE);
        boolean[] taken = new boolean[before.size()];
        List<Function<JsonNode, @Nullable Object>> identities = List.of(
                route -> route,
                route -> route.has("name") ? route.path("name") : null,
                route -> route.path("match").isMissingNode() ? "all" : route.path("match"),
                Alignment::action);
        for (Function<JsonNode, @Nullable Object> identity : identities) {
            Map<Object, ArrayDeque<Integer>> free = new HashMap<>();
            for (int from = 0; from < taken.length; from++) {
                Object who = taken[from] ? null : identity.apply(before.get(from));
                if (who != null) {
                    free.computeIfAbsent(who, any -> new ArrayDeque<>()).add(from);
                }
            }
            for (int to = 0; to < origins.length; to++) {
                Object who = origins[to] == NONE ? identity.apply(after.get(to)) : null;
                Integer from = who == null
                        ? null
                        : free.getOrDefault(who, new ArrayDeque<>()).poll();
                if (from != null) {
                    origins[to] = from;
                    taken[from] = true;
                }
            }
        }
        return new Alignment(origins, before.size());
    }

    private static JsonNode action(JsonNode route) {
        return route instanceof ObjectNode object ? object.deepCopy().without(Set.of("name", "match")) : route;
    }

    /** All but a longest ascending run of the old places. */
    private static boolean[] moved(int[] origins) {
        int[] length = new int[origins.length];
        int[] previous = new int[origins.length];
        int best = NONE;
        for (int i = 0; i < origins.length; i++) {
            previous[i] = NONE;
            length[i] = origins[i] == NONE ? 0 : 1;
            for (int j = 0; j < i && origins[i] != NONE; j++) {
                if (origins[j] != NONE && origins[j] < origins[i] && length[j] + 1 > length[i]) {
                    length[i] = length[j] + 1;
                    previous[i] = j;
                }
            }
            best = best == NONE || length[i] > length[best] ? i : best;
        }
        boolean[] moved = new boolean[origins.length];
        for (int i = 0; i < origins.length; i++) {
            moved[i] = origins[i] != NONE;
        }
        for (int at = best; at != NONE; at = previous[at]) {
            moved[at] = false;
        }
        return moved;
    }

    /** Place in the old list of the route that is now at this place; null when it is new. */
    @Nullable
    Integer from(int to) {
        return origins[to] == NONE ? null : origins[to];
    }

    boolean isMoved(int to) {
        return moved[to];
    }

    List<Integer> removed() {
        return List.copyOf(removed);
    }
}
