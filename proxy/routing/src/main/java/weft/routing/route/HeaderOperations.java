package weft.routing.route;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.Headers;

/**
 * Edits of header fields at one level of a route. Immutable.
 *
 * <p>Istio VirtualService, header operations, as Envoy does them: at one level fields are removed first, then overwritten,
 * then appended, with values made before any of these is set. An empty value changes nothing.
 */
public record HeaderOperations(List<String> remove, List<Field> set, List<Field> add) {
    public static final HeaderOperations NONE = new HeaderOperations(List.of(), List.of(), List.of());

    /**
     * One field.
     *
     * @param name in lower case
     * @param value as the rule spells it
     * @param template what makes the value of a request, or null when it is always this one
     */
    public record Field(String name, String value, @Nullable HeaderTemplate template) {
        /** A value that is the same for every request. */
        public Field(String name, String value) {
            this(name, value, null);
        }

        private String value(HeaderFacts facts) {
            return template == null ? value : template.value(facts);
        }
    }

    public HeaderOperations {
        remove = List.copyOf(remove);
        set = List.copyOf(set);
        add = List.copyOf(add);
    }

    public boolean isEmpty() {
        return remove.isEmpty() && set.isEmpty() && add.isEmpty();
    }

    /** Edits the fields in place, without values that depend on a request. */
    public void apply(Headers headers) {
        apply(headers, HeaderFacts.NONE);
    }

    /** Edits the fields in place. */
    public void apply(Headers headers, HeaderFacts facts) {
        for (int i = 0; i < remove.size(); i++) {
            headers.remove(remove.get(i));
        }
        if (set.isEmpty() && add.isEmpty()) {
            return;
        }
        String[] values = new String[set.size() + add.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i < set.size() ? set.get(i) : add.get(i - set.size())).value(facts);
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i].isEmpty()) {
                continue;
            }
            if (i < set.size()) {
                headers.set(set.get(i).name(), values[i]);
            } else {
                headers.add(add.get(i - set.size()).name(), values[i]);
            }
        }
    }
}
