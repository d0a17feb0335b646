package weft.proxy.admin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parameters of one call to the admin endpoint. Immutable. */
public record AdminQuery(Map<String, List<String>> parameters) {

    /** The first value of a parameter, or null. */
    public @Nullable String get(String name) {
        List<String> values = parameters.get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }
}
