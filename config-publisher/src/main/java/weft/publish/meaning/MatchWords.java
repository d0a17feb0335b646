package weft.publish.meaning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Which requests a route is for, in few words: {@code GET /reviews* with end-user: jason}. Pure. */
final class MatchWords {
    private static final int SHOWN_MATCHES = 3;

    private MatchWords() {}

    /**
     * The requests of a route.
     *
     * @param hosts of its VirtualService, what a route without conditions is for
     */
    static String what(JsonNode route, String hosts) {
        List<JsonNode> matches = FieldChanges.items(route.path("match"));
        if (matches.isEmpty() || matches.stream().anyMatch(match -> words(match).isEmpty())) {
            return hosts;
        }
        String shown =
                matches.stream().limit(SHOWN_MATCHES).map(MatchWords::words).collect(Collectors.joining(" or "));
        int more = matches.size() - SHOWN_MATCHES;
        return more > 0 ? shown + " or " + more + " more" : shown;
    }

    private static String words(JsonNode match) {
        List<String> words = new ArrayList<>();
        add(words, "", string(match.path("method")));
        add(words, "", string(match.path("uri")) + query(match.path("queryParams")));
        add(words, "of host ", string(match.path("authority")));
        add(words, "by ", string(match.path("scheme")));
        for (Map.Entry<String, JsonNode> header : match.path("headers").properties()) {
            String value = string(header.getValue());
            add(words, "with ", header.getKey() + (value.isEmpty() ? "" : ": " + value));
        }
        for (Map.Entry<String, JsonNode> header : match.path("withoutHeaders").properties()) {
            String value = string(header.getValue());
            add(words, "without ", header.getKey() + (value.isEmpty() ? "" : ": " + value));
        }
        add(words, "for ", list(match.path("sniHosts")));
        add(words, "at port ", match.path("port").asText());
        add(words, "to ", list(match.path("destinationSubnets")));
        add(words, "from ", labels(match.path("sourceLabels")));
        add(words, "from ", match.path("sourceSubnet").asText());
        add(words, "from namespace ", match.path("sourceNamespace").asText());
        add(words, "at gateway ", list(match.path("gateways")));
        return String.join(" ", words);
    }

    private static void add(List<String> words, String before, String word) {
        if (!word.isEmpty()) {
            words.add(before + word);
        }
    }

    /** {@code /a}, {@code /a*} for a prefix, {@code ~re} for a regex; empty for a test of presence. */
    private static String string(JsonNode match) {
        if (match.has("exact")) {
            return match.path("exact").asText();
        }
        if (match.has("prefix")) {
            return match.path("prefix").asText() + "*";
        }
        return match.has("regex") ? "~" + match.path("regex").asText() : "";
    }

    private static String query(JsonNode parameters) {
        return parameters.properties().stream()
                .map(p -> p.getKey() + (string(p.getValue()).isEmpty() ? "" : "=" + string(p.getValue())))
                .collect(Collectors.joining("&", parameters.isEmpty() ? "" : "?", ""));
    }

    private static String labels(JsonNode labels) {
        return labels.properties().stream()
                .map(label -> label.getKey() + "=" + label.getValue().asText())
                .collect(Collectors.joining(","));
    }

    private static String list(JsonNode list) {
        return FieldChanges.items(list).stream().map(JsonNode::asText).collect(Collectors.joining(","));
    }
}
