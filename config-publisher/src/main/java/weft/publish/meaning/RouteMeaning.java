package weft.publish.meaning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What became of a list of routes, in which the first that matches wins: routes added, removed, moved, and what changed
 * inside those that stayed. Immutable.
 *
 * @param protocol word before each route, as {@code tcp }; empty for HTTP
 * @param hosts what a route without conditions is for
 */
record RouteMeaning(String protocol, String hosts) {
    /** Fields that are told in words of their own. */
    private static final Set<String> WORDED =
            Set.of("name", "match", "route", "timeout", "fault", "retries", "redirect", "directResponse", "delegate");

    List<String> of(List<JsonNode> before, List<JsonNode> after) {
        Alignment alignment = Alignment.of(before, after);
        List<String> lines = new ArrayList<>();
        for (int to = 0; to < after.size(); to++) {
            Integer from = alignment.from(to);
            JsonNode route = after.get(to);
            if (from == null) {
                lines.add("route added, " + place(to, after.size()) + ": " + what(route) + " → " + action(route));
                continue;
            }
            if (alignment.isMoved(to)) {
                lines.add("route moved from " + place(from, before.size()) + " to " + place(to, after.size()) + ": "
                        + what(route));
            }
            changes(before.get(from), route, lines);
        }
        for (int from : alignment.removed()) {
            JsonNode route = before.get(from);
            lines.add("route removed, was " + place(from, before.size()) + ": " + what(route) + " → " + action(route));
        }
        return lines;
    }

    private String what(JsonNode route) {
        return protocol + MatchWords.what(route, hosts);
    }

    private static String place(int index, int size) {
        return "place " + (index + 1) + " of " + size;
    }

    private void changes(JsonNode before, JsonNode after, List<String> lines) {
        String what = what(after);
        if (!before.path("match").equals(after.path("match"))) {
            lines.add("route for " + what(before) + " is now for " + what);
        }
        Shares.Pair shares = Shares.between(before, after);
        if (shares.before().isEmpty() || shares.after().isEmpty()) {
            change(what + " went to ", action(before), ", now to ", action(after), lines);
        } else {
            lines.addAll(Shares.moves(shares, what));
            change("timeout of " + what + ": ", words(before, "timeout"), " → ", words(after, "timeout"), lines);
            change("retries of " + what + ": ", retries(before), " → ", retries(after), lines);
        }
        change("faults of " + what + ": ", fault(before), " → ", fault(after), lines);
        change("name of the route for " + what + ": ", words(before, "name"), " → ", words(after, "name"), lines);
        destinationEdits(before, after, what, lines);
        FieldChanges.of(rest(before), rest(after)).forEach(line -> lines.add(what + ": " + line));
    }

    /** Header edits of single destinations, which the shares do not tell. */
    private static void destinationEdits(JsonNode before, JsonNode after, String what, List<String> lines) {
        for (JsonNode now : FieldChanges.items(after.path("route"))) {
            for (JsonNode was : FieldChanges.items(before.path("route"))) {
                if (was.path("destination").equals(now.path("destination"))) {
                    FieldChanges.of("headers", was.path("headers"), now.path("headers"))
                            .forEach(line -> lines.add(what + " to "
                                    + now.path("destination").path("subset").asText() + ": " + line));
                }
            }
        }
    }

    private static void change(String start, String before, String arrow, String after, List<String> lines) {
        if (!before.equals(after)) {
            lines.add(start + before + arrow + after);
        }
    }

    private static String words(JsonNode route, String field) {
        return FieldChanges.words(route.path(field));
    }

    private static JsonNode rest(JsonNode route) {
        return route instanceof ObjectNode object ? object.deepCopy().without(WORDED) : route;
    }

    /** What a route does with a request: {@code v1 90 %, v2 10 %}. */
    static String action(JsonNode route) {
        if (route.has("redirect")) {
            JsonNode redirect = route.path("redirect");
            return "redirect to "
                    + (redirect.has("authority") ? redirect.path("authority").asText() : "")
                    + (redirect.has("uri") ? redirect.path("uri").asText() : "")
                    + " (" + redirect.path("redirectCode").asInt(301) + ")";
        }
        if (route.has("directResponse")) {
            return "answer " + route.path("directResponse").path("status").asText();
        }
        if (route.has("delegate")) {
            JsonNode delegate = route.path("delegate");
            return "delegate "
                    + (delegate.has("namespace") ? delegate.path("namespace").asText() + "/" : "")
                    + delegate.path("name").asText();
        }
        Shares shares = Shares.of(route);
        return shares.isEmpty() ? "nowhere" : shares.toString();
    }

    private static String retries(JsonNode route) {
        JsonNode retries = route.path("retries");
        if (retries.isMissingNode()) {
            return "the default";
        }
        int attempts = retries.path("attempts").asInt(0);
        if (attempts <= 0) {
            return "none";
        }
        return attempts
                + (retries.has("perTryTimeout")
                        ? ", each within " + retries.path("perTryTimeout").asText()
                        : "")
                + (retries.has("retryOn") ? ", on " + retries.path("retryOn").asText() : "")
                + (retries.has("backoff")
                        ? ", pausing " + retries.path("backoff").asText()
                        : "");
    }

    private static String fault(JsonNode route) {
        List<String> parts = new ArrayList<>();
        JsonNode delay = route.path("fault").path("delay");
        if (!delay.isMissingNode()) {
            parts.add(share(delay) + " wait " + delay.path("fixedDelay").asText());
        }
        JsonNode abort = route.path("fault").path("abort");
        if (!abort.isMissingNode()) {
            String status = abort.has("grpcStatus")
                    ? "gRPC " + abort.path("grpcStatus").asText()
                    : abort.path("httpStatus").asText();
            parts.add(share(abort) + " get " + status);
        }
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }

    private static String share(JsonNode fault) {
        return Shares.percent(
                fault.has("percentage")
                        ? fault.path("percentage").path("value").asDouble()
                        : fault.path("percent").asDouble());
    }
}
