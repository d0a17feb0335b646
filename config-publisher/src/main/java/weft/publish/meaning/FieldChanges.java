package weft.publish.meaning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Differences of two trees by path, for whatever has no words of its own: {@code tls.mode: SIMPLE → MUTUAL}. Pure. */
final class FieldChanges {
    private static final int SHOWN_CHARACTERS = 80;

    private final List<String> lines = new ArrayList<>();

    private FieldChanges() {}

    static List<String> of(JsonNode before, JsonNode after) {
        return of("", before, after);
    }

    static List<String> of(String path, JsonNode before, JsonNode after) {
        FieldChanges changes = new FieldChanges();
        changes.compare(path, before, after);
        return changes.lines;
    }

    /** The entries of a list; none of what is no list. */
    static List<JsonNode> items(JsonNode list) {
        List<JsonNode> items = new ArrayList<>();
        if (list.isArray()) {
            list.forEach(items::add);
        }
        return items;
    }

    private void compare(String path, JsonNode before, JsonNode after) {
        if (before.equals(after) || (before.isMissingNode() && after.isMissingNode())) {
            return;
        }
        if (before.isObject() && after.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            names.forEach(
                    name -> compare(path.isEmpty() ? name : path + "." + name, before.path(name), after.path(name)));
        } else if (before.isArray() && after.isArray()) {
            lists(path, items(before), items(after));
        } else if (before.isMissingNode()) {
            lines.add(path + " added: " + words(after));
        } else if (after.isMissingNode()) {
            lines.add(path + " removed: " + words(before));
        } else {
            lines.add(path + ": " + words(before) + " → " + words(after));
        }
    }

    private void lists(String path, List<JsonNode> before, List<JsonNode> after) {
        Map<String, JsonNode> old = byIdentity(before);
        Map<String, JsonNode> now = byIdentity(after);
        List<String> gone = new ArrayList<>();
        int told = lines.size();
        old.forEach((identity, item) -> {
            JsonNode next = now.getOrDefault(identity, MissingNode.getInstance());
            if (next.isMissingNode()) {
                gone.add(words(item));
            } else {
                compare(path + "[" + identity + "]", item, next);
            }
        });
        List<String> come = new ArrayList<>();
        now.forEach((identity, item) -> {
            if (!old.containsKey(identity)) {
                come.add(words(item));
            }
        });
        come.forEach(item -> lines.add(path + " gained: " + item));
        gone.forEach(item -> lines.add(path + " lost: " + item));
        if (lines.size() == told) {
            lines.add(path + ": in another order");
        }
    }

    /** Entries that are the same thing in both lists have the same identity: their name, their port, or themselves. */
    private static Map<String, JsonNode> byIdentity(List<JsonNode> items) {
        Map<String, JsonNode> byIdentity = new LinkedHashMap<>();
        for (JsonNode item : items) {
            String identity = identity(item);
            String unique = identity;
            for (int copy = 2; byIdentity.containsKey(unique); copy++) {
                unique = identity + " " + copy;
            }
            byIdentity.put(unique, item);
        }
        return byIdentity;
    }

    private static String identity(JsonNode item) {
        if (!item.isObject()) {
            return item.asText();
        }
        for (JsonNode named : List.of(
                item.path("name"),
                item.path("port").path("number"),
                item.path("port").path("name"))) {
            if (named.isValueNode()) {
                return named.asText();
            }
        }
        return item.path("number").isValueNode() ? item.path("number").asText() : item.toString();
    }

    /** A value in few words: {@code {mode: SIMPLE, hosts: [a, b]}}. */
    static String words(JsonNode value) {
        String words = flow(value);
        return words.length() <= SHOWN_CHARACTERS ? words : words.substring(0, SHOWN_CHARACTERS - 1) + "…";
    }

    private static String flow(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream()
                    .map(member -> member.getKey() + ": " + flow(member.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value.isArray()) {
            return items(value).stream().map(FieldChanges::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        return value.isMissingNode() ? "none" : value.asText().isEmpty() ? "\"\"" : value.asText();
    }
}
