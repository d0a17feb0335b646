package weft.sink.web;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;

/** An error as RFC 9457 writes it. Immutable. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String title;

    Problem(int status, String title, String detail) {
        super(detail);
        this.status = status;
        this.title = title;
    }

    static Problem badRequest(String detail) {
        return new Problem(400, "Bad Request", detail);
    }

    static Problem unavailable(String detail) {
        return new Problem(503, "Service Unavailable", detail);
    }

    void answer(Context context) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "about:blank");
        body.put("title", title);
        body.put("status", status);
        body.put("detail", getMessage());
        body.put("instance", context.path());
        context.status(status).json(body).contentType("application/problem+json");
        if (status == 503) {
            context.header("Retry-After", "1");
        }
    }
}
