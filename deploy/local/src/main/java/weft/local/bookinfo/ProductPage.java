package weft.local.bookinfo;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code productpage}: the page people see, put together from {@code details} and {@code reviews}. Thread-safe.
 *
 * <p>It waits 3 s for each of them and asks reviews a second time, so with ratings delayed by 7 s the reviews are missing
 * after 6 s.
 */
final class ProductPage {
    private static final String DETAILS = "details:9080";
    private static final String REVIEWS = "reviews:9080";
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int REVIEWS_TRIES = 2;
    private static final Pattern SESSION = Pattern.compile("(?:^|;\\s*)session=([A-Za-z0-9._-]{1,32})(?:;|$)");
    private static final Pattern USER = Pattern.compile("(?:^|&)user(?:name)?=([A-Za-z0-9._-]{1,32})(?:&|$)");
    private static final Pattern PRODUCT = Pattern.compile("/api/v1/products/(\\d{1,9})(/reviews|/ratings)?");

    private final Neighbours neighbours;

    ProductPage(Neighbours neighbours) {
        this.neighbours = neighbours;
    }

    Map<String, Service.Handler> handlers() {
        Map<String, Service.Handler> handlers = new LinkedHashMap<>();
        handlers.put("/productpage", call -> page(signedIn(call)));
        handlers.put("/api/v1/products", call -> product(signedIn(call)));
        handlers.put("/login", ProductPage::login);
        handlers.put("/logout", call -> Answer.redirect("/productpage", "session=; Path=/; Max-Age=0"));
        handlers.put("/static/bookinfo.css", call -> stylesheet());
        return handlers;
    }

    private Answer page(Call call) throws InterruptedException {
        Neighbours.Reply details = neighbours.get(DETAILS, "/details/0", call, TIMEOUT);
        Neighbours.Reply reviews = reviews(0, call);
        return Answer.html(PageHtml.render(call.endUser(), details, reviews));
    }

    private Neighbours.Reply reviews(int id, Call call) throws InterruptedException {
        Neighbours.Reply reply = neighbours.get(REVIEWS, "/reviews/" + id, call, TIMEOUT);
        for (int i = 1; i < REVIEWS_TRIES && !reply.isOk(); i++) {
            reply = neighbours.get(REVIEWS, "/reviews/" + id, call, TIMEOUT);
        }
        return reply;
    }

    private Answer product(Call call) throws InterruptedException {
        if (call.path().equals("/api/v1/products")) {
            return Answer.json("[{\"id\":0,\"title\":\"" + PageHtml.TITLE + "\"}]");
        }
        Matcher product = PRODUCT.matcher(call.path());
        if (!product.matches()) {
            return Answer.json(404, "{\"error\":\"no such product\"}");
        }
        int id = Integer.parseInt(product.group(1));
        String part = product.group(2) == null ? "/details" : product.group(2);
        Neighbours.Reply reply = switch (part) {
            case "/reviews" -> reviews(id, call);
            case "/ratings" -> neighbours.get("ratings:9080", "/ratings/" + id, call, TIMEOUT);
            default -> neighbours.get(DETAILS, "/details/" + id, call, TIMEOUT);
        };
        return reply.isOk()
                ? Answer.json(reply.body().toString())
                : Answer.json(reply.status(), "{\"error\":\"unavailable\"}");
    }

    private static Answer login(Call call) {
        Matcher user = USER.matcher(call.query() == null ? "" : call.query());
        return user.find()
                ? Answer.redirect("/productpage", "session=" + user.group(1) + "; Path=/; HttpOnly")
                : Answer.text(400, "give a name of letters, digits, dots and dashes, as /login?user=jason\n");
    }

    private static Call signedIn(Call call) {
        String user = session(call.cookie());
        return user == null ? call : call.as(user);
    }

    private static @Nullable String session(@Nullable String cookie) {
        Matcher session = SESSION.matcher(cookie == null ? "" : cookie);
        return session.find() ? session.group(1) : null;
    }

    private static Answer stylesheet() throws IOException {
        try (var css = ProductPage.class.getResourceAsStream("bookinfo.css")) {
            if (css == null) {
                return Answer.text(404, "not found\n");
            }
            return new Answer(
                    200,
                    Map.of("content-type", "text/css", "cache-control", "max-age=3600"),
                    new String(css.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
