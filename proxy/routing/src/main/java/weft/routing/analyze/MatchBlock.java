package weft.routing.analyze;

import weft.rules.Rule;

/**
 * One match block of a VirtualService in its place; a route without match is one that takes all. Immutable.
 *
 * @param list {@code http}, {@code tls} or {@code tcp}
 * @param index -1 for a route without match
 * @param of how many blocks the route has
 * @param isDelegating whether another VirtualService says where it goes
 */
record MatchBlock<M>(Rule rule, String list, int route, int index, int of, M match, boolean isDelegating) {
    String routePath() {
        return list + "[" + route + "]";
    }

    String path() {
        return index < 0 ? routePath() : routePath() + ".match[" + index + "]";
    }

    /** What it takes. */
    String traffic() {
        return list.equals("http") ? "requests" : "connections";
    }

    String name() {
        return Naming.of(rule) + " " + routePath();
    }
}
