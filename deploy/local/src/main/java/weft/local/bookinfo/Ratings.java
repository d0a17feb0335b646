package weft.local.bookinfo;

import java.util.Map;

/** {@code ratings}: stars per reviewer. Immutable. */
final class Ratings {
    private Ratings() {}

    static Map<String, Service.Handler> handlers() {
        return Map.of("/ratings/", call -> {
            int id = call.product();
            return id < 0
                    ? Answer.json(400, "{\"error\":\"give a product number, as /ratings/0\"}")
                    : Answer.json(
                            "{\"id\":" + id + ",\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4},\"version\":\"v1\"}");
        });
    }
}
