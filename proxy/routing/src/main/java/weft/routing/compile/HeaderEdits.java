package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weft.routing.route.HeaderOperations;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.route.HeaderTemplate;

/** Header operations of a route or destination to {@link HeaderOperations}. Thread-safe: functions only. */
final class HeaderEdits {
    private HeaderEdits() {}

    /** Keys in order, names in lower case; pseudo headers and {@code host} are no headers and left out. */
    static HeaderOperations compile(weft.schema.@Nullable HeaderOperations operations) {
        if (operations == null) {
            return HeaderOperations.NONE;
        }
        List<String> remove = new ArrayList<>();
        for (String name : operations.getRemove()) {
            if (!isInternal(name)) {
                remove.add(name.toLowerCase(Locale.ROOT));
            }
        }
        List<Field> set = fields(operations.getSet());
        List<Field> add = fields(operations.getAdd());
        return remove.isEmpty() && set.isEmpty() && add.isEmpty()
                ? HeaderOperations.NONE
                : new HeaderOperations(remove, set, add);
    }

    private static List<Field> fields(Map<String, String> operations) {
        List<Field> fields = new ArrayList<>();
        new TreeMap<>(operations).forEach((name, value) -> {
            if (!isInternal(name)) {
                fields.add(new Field(name.toLowerCase(Locale.ROOT), value, HeaderTemplate.of(value)));
            }
        });
        return fields;
    }

    private static boolean isInternal(String name) {
        return name.startsWith(":") || name.equalsIgnoreCase("host");
    }

    /** The host that {@code :authority} or {@code Host} among these fields asks for, {@code set} before add; or null. */
    static @Nullable String authority(weft.schema.@Nullable HeaderOperations operations) {
        if (operations == null) {
            return null;
        }
        String set = authority(operations.getSet());
        return set == null ? authority(operations.getAdd()) : set;
    }

    private static @Nullable String authority(Map<String, String> fields) {
        String authority = null;
        for (Map.Entry<String, String> field : new TreeMap<>(fields).entrySet()) {
            if (field.getKey().equalsIgnoreCase(":authority") || field.getKey().equalsIgnoreCase("host")) {
                authority = field.getValue();
            }
        }
        return authority;
    }

    /** Both at one level: all removals, then what is set, the second over the first, then all that is added. */
    static HeaderOperations atOneLevel(HeaderOperations first, HeaderOperations second) {
        if (second.isEmpty()) {
            return first;
        }
        if (first.isEmpty()) {
            return second;
        }
        return new HeaderOperations(
                both(first.remove(), second.remove()),
                both(first.set(), second.set()),
                both(first.add(), second.add()));
    }

    private static <T> List<T> both(List<T> first, List<T> second) {
        List<T> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }
}
