package weft.publish.meaning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what became of one resource, in lines for people; an order without effect on traffic is not told. Pure. */
public final class Meaning {
    /** Fields of a resource beside its spec that its author writes. */
    private static final List<String> METADATA = List.of("labels", "annotations");

    private static final Set<String> NOT_SPEC = Set.of("apiVersion", "kind", "metadata", "spec", "status");

    private Meaning() {}

    /**
     * The difference of two versions.
     *
     * @param before the resource as {@code weft get} writes it; null when it was created
     * @param after null when it was deleted
     */
    public static List<String> of(@Nullable JsonNode before, @Nullable JsonNode after) {
        JsonNode some = after == null ? before : after;
        if (some == null) {
            return List.of();
        }
        JsonNode old = spec(before);
        JsonNode now = spec(after);
        List<String> lines = new ArrayList<>(
                switch (some.path("kind").asText()) {
                    case "VirtualService" -> virtualService(old, now);
                    case "DestinationRule" -> destinationRule(old, now);
                    default -> before == null || after == null ? List.of() : FieldChanges.of(old, now);
                });
        if (before != null && after != null) {
            for (String field : METADATA) {
                lines.addAll(FieldChanges.of(
                        field,
                        before.path("metadata").path(field),
                        after.path("metadata").path(field)));
            }
        }
        return List.copyOf(lines);
    }

    /** Kinds without a spec have its fields beside the metadata. */
    private static JsonNode spec(@Nullable JsonNode resource) {
        if (resource == null) {
            return MissingNode.getInstance();
        }
        if (resource.has("spec")) {
            return resource.path("spec");
        }
        var flat = resource.deepCopy();
        if (flat instanceof com.fasterxml.jackson.databind.node.ObjectNode object) {
            object.remove(NOT_SPEC);
        }
        return flat;
    }

    private static List<String> virtualService(JsonNode before, JsonNode after) {
        List<String> lines = new ArrayList<>();
        if (before.isMissingNode() || after.isMissingNode()) {
            boolean isNew = before.isMissingNode();
            JsonNode spec = isNew ? after : before;
            String hosts = hosts(spec);
            List<JsonNode> http = FieldChanges.items(spec.path("http"));
            for (JsonNode route : http) {
                String what = MatchWords.what(route, hosts);
                lines.add((isNew ? "" : "no longer: ") + what + " → " + RouteMeaning.action(route));
            }
            for (String protocol : List.of("tls", "tcp")) {
                for (JsonNode route : FieldChanges.items(spec.path(protocol))) {
                    String what = protocol + " " + MatchWords.what(route, hosts);
                    lines.add((isNew ? "" : "no longer: ") + what + " → " + RouteMeaning.action(route));
                }
            }
            return lines;
        }
        gainedAndLost("hosts", before, after, lines);
        gainedAndLost("gateways", before, after, lines);
        String hosts = hosts(after);
        for (String protocol : List.of("http", "tls", "tcp")) {
            String word = protocol.equals("http") ? "" : protocol + " ";
            new RouteMeaning(word, hosts)
                    .of(FieldChanges.items(before.path(protocol)), FieldChanges.items(after.path(protocol)))
                    .forEach(lines::add);
        }
        lines.addAll(FieldChanges.of("exportTo", before.path("exportTo"), after.path("exportTo")));
        return lines;
    }

    private static String hosts(JsonNode spec) {
        List<String> hosts = FieldChanges.items(spec.path("hosts")).stream()
                .map(JsonNode::asText)
                .toList();
        return hosts.isEmpty() ? "all requests" : String.join(", ", hosts);
    }

    private static void gainedAndLost(String field, JsonNode before, JsonNode after, List<String> lines) {
        Set<String> old = words(before.path(field));
        Set<String> now = words(after.path(field));
        String gained = now.stream().filter(w -> !old.contains(w)).collect(Collectors.joining(", "));
        String lost = old.stream().filter(w -> !now.contains(w)).collect(Collectors.joining(", "));
        if (!gained.isEmpty()) {
            lines.add(field + " gained: " + gained);
        }
        if (!lost.isEmpty()) {
            lines.add(field + " lost: " + lost);
        }
    }

    private static Set<String> words(JsonNode list) {
        Set<String> words = new LinkedHashSet<>();
        FieldChanges.items(list).forEach(item -> words.add(item.asText()));
        return words;
    }

    private static List<String> destinationRule(JsonNode before, JsonNode after) {
        List<String> lines = new ArrayList<>();
        List<JsonNode> old = FieldChanges.items(before.path("subsets"));
        List<JsonNode> now = FieldChanges.items(after.path("subsets"));
        String host = (after.isMissingNode() ? before : after).path("host").asText();
        for (JsonNode subset : now) {
            JsonNode was = named(old, subset.path("name").asText());
            String name = "subset " + subset.path("name").asText() + " of " + host;
            if (was == null) {
                lines.add(name + " added: " + labels(subset));
            } else {
                FieldChanges.of(was, subset).forEach(line -> lines.add(name + ": " + line));
            }
        }
        for (JsonNode subset : old) {
            if (named(now, subset.path("name").asText()) == null) {
                lines.add("subset " + subset.path("name").asText() + " of " + host + " removed: " + labels(subset));
            }
        }
        if (!before.isMissingNode() && !after.isMissingNode()) {
            lines.addAll(FieldChanges.of("host", before.path("host"), after.path("host")));
            lines.addAll(FieldChanges.of("trafficPolicy", before.path("trafficPolicy"), after.path("trafficPolicy")));
            lines.addAll(FieldChanges.of("exportTo", before.path("exportTo"), after.path("exportTo")));
            lines.addAll(FieldChanges.of(
                    "workloadSelector", before.path("workloadSelector"), after.path("workloadSelector")));
        }
        return lines;
    }

    private static @Nullable JsonNode named(List<JsonNode> items, String name) {
        return items.stream()
                .filter(item -> item.path("name").asText().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static String labels(JsonNode subset) {
        String labels = subset.path("labels").properties().stream()
                .map(label -> label.getKey() + "=" + label.getValue().asText())
                .collect(Collectors.joining(", "));
        return labels.isEmpty() ? "all endpoints" : labels;
    }
}
