package weft.routing.route;

import java.util.List;
import weft.routing.http.Headers;

/**
 * Edits of header fields at one level of a route. Immutable.
 *
 * <p>Istio VirtualService, header operations: at one level fields are removed first, then overwritten, then appended.
 */
public record HeaderOperations(List<String> remove, List<Field> set, List<Field> add) {
    public static final HeaderOperations NONE = new HeaderOperations(List.of(), List.of(), List.of());

    /** One field; the name is in lower case. */
    public record Field(String name, String value) {}

    public HeaderOperations {
        remove = List.copyOf(remove);
        set = List.copyOf(set);
        add = List.copyOf(add);
    }

    public boolean isEmpty() {
        return remove.isEmpty() && set.isEmpty() && add.isEmpty();
    }

    /** Edits the fields in place. */
    public void apply(Headers headers) {
        for (int i = 0; i < remove.size(); i++) {
            headers.remove(remove.get(i));
        }
        for (int i = 0; i < set.size(); i++) {
            headers.set(set.get(i).name(), set.get(i).value());
        }
        for (int i = 0; i < add.size(); i++) {
            headers.add(add.get(i).name(), add.get(i).value());
        }
    }
}
