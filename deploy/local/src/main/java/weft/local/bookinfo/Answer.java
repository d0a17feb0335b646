package weft.local.bookinfo;

import java.util.Map;

/** What a service answers. Immutable. */
record Answer(int status, Map<String, String> headers, String body) {
    Answer {
        headers = Map.copyOf(headers);
    }

    static Answer json(String body) {
        return json(200, body);
    }

    static Answer json(int status, String body) {
        return new Answer(status, Map.of("content-type", "application/json"), body);
    }

    static Answer html(String body) {
        return new Answer(200, Map.of("content-type", "text/html; charset=utf-8"), body);
    }

    static Answer text(int status, String body) {
        return new Answer(status, Map.of("content-type", "text/plain; charset=utf-8"), body);
    }

    static Answer redirect(String location, String cookie) {
        return new Answer(302, Map.of("location", location, "set-cookie", cookie), "");
    }
}
