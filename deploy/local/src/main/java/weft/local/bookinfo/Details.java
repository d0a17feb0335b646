package weft.local.bookinfo;

import java.util.Map;

/** {@code details}: facts about the book. Immutable. */
final class Details {
    private Details() {}

    static Map<String, Service.Handler> handlers() {
        return Map.of("/details/", call -> {
            int id = call.product();
            return id < 0
                    ? Answer.json(400, "{\"error\":\"give a product number, as /details/0\"}")
                    : Answer.json("{\"id\":" + id
                            + ",\"author\":\"William Shakespeare\",\"year\":1595,\"type\":\"paperback\",\"pages\":200,"
                            + "\"publisher\":\"Quarto & Daughters\",\"language\":\"English\","
                            + "\"ISBN-10\":\"1234567890\",\"ISBN-13\":\"123-1234567890\",\"version\":\"v1\"}");
        });
    }
}
