package weft.publish.meaning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which share of a route's requests each destination gets, in percent. Immutable. */
record Shares(Map<String, Double> byDestination) {
    /** Below a thousandth of a percent it is rounding. */
    private static final double NOTHING = 1e-3;

    /** Before and after, named so that what they have in common is left out. */
    record Pair(Shares before, Shares after) {}

    static Shares of(JsonNode route) {
        return of(route, new Naming(List.of(route)));
    }

    static Pair between(JsonNode before, JsonNode after) {
        Naming naming = new Naming(List.of(before, after));
        return new Pair(of(before, naming), of(after, naming));
    }

    private static Shares of(JsonNode route, Naming naming) {
        List<JsonNode> destinations = FieldChanges.items(route.path("route"));
        double total = destinations.stream()
                .mapToDouble(each -> each.path("weight").asDouble())
                .sum();
        Map<String, Double> shares = new LinkedHashMap<>();
        for (JsonNode each : destinations) {
            double share = destinations.size() == 1
                    ? 100
                    : total == 0 ? 0 : 100 * each.path("weight").asDouble() / total;
            shares.merge(naming.word(each.path("destination")), share, Double::sum);
        }
        return new Shares(shares);
    }

    /** How destinations are called: the host is left out when it is always the same and subsets tell. */
    private record Naming(boolean withHost, boolean withPort) {
        Naming(List<JsonNode> routes) {
            this(
                    destinations(routes)
                                            .map(d -> d.path("host").asText())
                                            .distinct()
                                            .count()
                                    > 1
                            || destinations(routes)
                                    .anyMatch(d -> d.path("subset").asText().isEmpty()),
                    destinations(routes)
                                    .map(d -> d.path("port").toString())
                                    .distinct()
                                    .count()
                            > 1);
        }

        private static Stream<JsonNode> destinations(List<JsonNode> routes) {
            return routes.stream()
                    .flatMap(route -> FieldChanges.items(route.path("route")).stream())
                    .map(each -> each.path("destination"));
        }

        String word(JsonNode destination) {
            List<String> words = new ArrayList<>();
            if (withHost) {
                words.add(destination.path("host").asText());
            }
            if (destination.has("subset")) {
                words.add(destination.path("subset").asText());
            }
            String port = destination.path("port").path("number").asText();
            return String.join(" ", words) + (withPort && !port.isEmpty() ? ":" + port : "");
        }
    }

    boolean isEmpty() {
        return byDestination.isEmpty();
    }

    /** Which share leaves which destination for which other: {@code 10 % of /reviews* moves from v1 to v2}. */
    static List<String> moves(Pair pair, String what) {
        Map<String, Double> gains = new LinkedHashMap<>(pair.after.byDestination);
        Map<String, Double> losses = new LinkedHashMap<>();
        pair.before.byDestination.forEach((destination, share) -> {
            double left = gains.getOrDefault(destination, 0.0) - share;
            gains.put(destination, Math.max(0, left));
            losses.put(destination, Math.max(0, -left));
        });
        List<String> moves = new ArrayList<>();
        losses.forEach((from, lost) -> {
            double rest = lost;
            for (Map.Entry<String, Double> gain : gains.entrySet()) {
                double moved = Math.min(rest, gain.getValue());
                if (moved > NOTHING) {
                    moves.add((moved > 100 - NOTHING ? "all" : percent(moved)) + " of " + what + " moves from " + from
                            + " to " + gain.getKey());
                    gain.setValue(gain.getValue() - moved);
                    rest -= moved;
                }
            }
        });
        return moves;
    }

    /** {@code v1 90 %, v2 10 %}; a single destination needs no share. */
    @Override
    public String toString() {
        if (byDestination.size() == 1) {
            return byDestination.keySet().iterator().next();
        }
        return byDestination.entrySet().stream()
                .map(each -> each.getKey() + " " + percent(each.getValue()))
                .collect(Collectors.joining(", "));
    }

    static String percent(double value) {
        double rounded = Math.round(value * 100) / 100.0;
        return rounded == Math.rint(rounded) ? (long) rounded + " %" : rounded + " %";
    }
}
