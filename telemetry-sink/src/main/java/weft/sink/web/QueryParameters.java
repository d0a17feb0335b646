package weft.sink.web;

import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weft.sink.query.DurationText;

/** Reads one request's query; what it cannot read answers 400 and says what was expected. Confined to the request. */
final class QueryParameters {
    private final Context context;

    /** @throws Problem when a name is not among these */
    QueryParameters(Context context, String... names) {
        this.context = context;
        Set<String> unknown = new TreeSet<>(context.queryParamMap().keySet());
        unknown.removeAll(Arrays.asList(names));
        if (!unknown.isEmpty()) {
            throw Problem.badRequest("unknown parameter " + unknown + " (expected: " + String.join(", ", names) + ")");
        }
    }

    @Nullable
    String text(String name) {
        String value = context.queryParam(name);
        return value == null || value.isEmpty() ? null : value;
    }

    List<String> list(String name) {
        String value = text(name);
        return value == null ? List.of() : List.of(value.split(","));
    }

    long millis(String name, long otherwise) {
        String value = text(name);
        try {
            return value == null ? otherwise : DurationText.millis(value);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(name + ": " + e.getMessage());
        }
    }

    int number(String name, int otherwise, int max) {
        String value = text(name);
        if (value == null) {
            return otherwise;
        }
        int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
        if (number < 1 || number > max) {
            throw Problem.badRequest(name + ": \"" + value + "\" (expected: 1 to " + max + ")");
        }
        return number;
    }

    <E extends Enum<E>> E word(String name, Class<E> type, E otherwise) {
        String value = text(name);
        if (value == null) {
            return otherwise;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
                return constant;
            }
        }
        throw Problem.badRequest(name + ": \"" + value + "\" (expected: "
                + String.join(
                        ", ",
                        Arrays.stream(type.getEnumConstants())
                                .map(c -> c.name().toLowerCase(Locale.ROOT))
                                .toList())
                + ")");
    }
}
