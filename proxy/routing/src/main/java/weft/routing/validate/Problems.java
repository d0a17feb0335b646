package weft.routing.validate;

import java.util.ArrayList;
import java.util.List;
import weft.routing.validate.Problem.Severity;

/** Findings gathered below one path of a rule. Confined to one validation. */
final class Problems {
    private final String path;
    private final List<Problem> found;

    private Problems(String path, List<Problem> found) {
        this.path = path;
        this.found = found;
    }

    static Problems none() {
        return new Problems("", new ArrayList<>());
    }

    /** The same collector, one field further down. */
    Problems at(String field) {
        return new Problems(path.isEmpty() ? field : path + "." + field, found);
    }

    /** The same collector, at an element of a list field. */
    Problems at(String field, int index) {
        return at(field + "[" + index + "]");
    }

    /** The same collector, at an entry of a map field. */
    Problems at(String field, String key) {
        return at(field + "[" + key + "]");
    }

    void error(String message) {
        found.add(new Problem(path, message, Severity.ERROR));
    }

    void warning(String message) {
        found.add(new Problem(path, message, Severity.WARNING));
    }

    /** An error unless the fact holds. */
    void require(boolean fact, String message) {
        if (!fact) {
            error(message);
        }
    }

    /** An error when {@code value} is outside its bounds. */
    void range(long value, long least, long most) {
        require(value >= least && value <= most, value + " (expected: " + least + " to " + most + ")");
    }

    void port(long value) {
        range(value, 1, 65_535);
    }

    List<Problem> all() {
        return List.copyOf(found);
    }
}
