package weft.routing.explain;

/**
 * One condition of a route, and what the request has there. Immutable.
 *
 * @param field Istio's name, as {@code uri}, {@code headers.end-user}
 * @param expected as {@code prefix "/api"}
 * @param found what the request has instead, empty for a condition that holds
 */
public record Condition(String field, String expected, String found) {

    @Override
    public String toString() {
        String wanted = expected.isEmpty() ? field : field + " " + expected;
        return found.isEmpty() ? wanted : wanted + ": " + found;
    }
}
