package weft.routing.explain;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.route.Route;

/**
 * One route of the virtual host, and why it was or was not taken. Immutable.
 *
 * @param failed the first condition that does not hold, or null
 * @param conditions of a route that matched
 */
public record TracedRoute(
        Route route, Verdict verdict, @Nullable Condition failed, List<Condition> conditions) {

    /** How far the search came. */
    public enum Verdict {
        MATCHED,
        FAILED,
        NOT_REACHED
    }

    public TracedRoute {
        conditions = List.copyOf(conditions);
    }
}
