package weft.routing.validate;

import java.util.List;
import weft.schema.HTTPRoute;

/** Routes that no request can reach, as far as one rule tells. Thread-safe: functions only. */
final class Reachability {
    private Reachability() {}

    /** Everything after an entry without match is dead; so is an entry whose every match stood before. */
    static void check(List<HTTPRoute> routes, Problems problems) {
        int catchAll = -1;
        for (int i = 0; i < routes.size(); i++) {
            HTTPRoute route = routes.get(i);
            if (catchAll >= 0) {
                problems.at("http", i).warning("is never reached (http[" + catchAll + "] takes every request)");
            } else if (route.getMatch().isEmpty()) {
                catchAll = i;
            } else {
                duplicates(routes, i, problems);
            }
        }
    }

    private static void duplicates(List<HTTPRoute> routes, int index, Problems problems) {
        for (int m = 0; m < routes.get(index).getMatch().size(); m++) {
            for (int before = 0; before < index; before++) {
                if (routes.get(before)
                        .getMatch()
                        .contains(routes.get(index).getMatch().get(m))) {
                    problems.at("http", index)
                            .at("match", m)
                            .warning("is never reached (http[" + before + "] has the same match)");
                }
            }
        }
    }
}
