package weft.local.bookinfo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The product page as HTML. Immutable. */
final class PageHtml {
    static final String TITLE = "The Comedy of Errors";
    private static final int STARS = 5;

    private PageHtml() {}

    static String render(@Nullable String user, Neighbours.Reply details, Neighbours.Reply reviews) {
        String version = reviews.isOk() ? reviews.body().path("version").asText() : "none";
        StringBuilder html = new StringBuilder(2048);
        html.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(TITLE)
                .append("</title><meta name=\"viewport\" content=\"width=device-width\">")
                .append("<link rel=\"stylesheet\" href=\"/static/bookinfo.css\"></head><body><header><b>BookInfo</b>");
        html.append(
                user == null
                        ? "<form action=\"/login\"><input name=\"user\" placeholder=\"jason\" required"
                                + " pattern=\"[A-Za-z0-9._\\-]{1,32}\"><button>Sign in</button></form>"
                        : "<span>" + escape(user) + " · <a href=\"/logout\">Sign out</a></span>");
        html.append("</header><main><h1>").append(TITLE).append("</h1><section><h2>Details</h2>");
        details(html, details);
        html.append("</section><section data-reviews=\"")
                .append(escape(version))
                .append("\"><h2>Reviews <small>");
        html.append(reviews.isOk() ? "answered by reviews " + escape(version) : "")
                .append("</small></h2>");
        reviews(html, reviews);
        return html.append("</section></main></body></html>\n").toString();
    }

    private static void details(StringBuilder html, Neighbours.Reply details) {
        if (!details.isOk()) {
            html.append("<p class=\"missing\">Sorry, the details of this book are missing right now (")
                    .append(details.status())
                    .append(").</p>");
            return;
        }
        html.append("<dl>");
        for (Map.Entry<String, JsonNode> fact : details.body().properties()) {
            if (!fact.getKey().equals("id") && !fact.getKey().equals("version")) {
                html.append("<dt>").append(escape(fact.getKey())).append("</dt><dd>");
                html.append(escape(fact.getValue().asText())).append("</dd>");
            }
        }
        html.append("</dl>");
    }

    private static void reviews(StringBuilder html, Neighbours.Reply reviews) {
        if (!reviews.isOk()) {
            html.append("<p class=\"missing\">Sorry, the reviews of this book are missing right now (")
                    .append(reviews.status())
                    .append(").</p>");
            return;
        }
        for (JsonNode review : reviews.body().path("reviews")) {
            html.append("<blockquote><p>")
                    .append(escape(review.path("text").asText()))
                    .append("</p><cite>")
                    .append(escape(review.path("reviewer").asText()))
                    .append("</cite>");
            stars(html, review.path("rating"));
            html.append("</blockquote>");
        }
    }

    private static void stars(StringBuilder html, JsonNode rating) {
        if (rating.has("stars")) {
            int stars = Math.max(0, Math.min(STARS, rating.path("stars").asInt()));
            html.append("<span class=\"stars ")
                    .append(escape(rating.path("color").asText()))
                    .append("\" aria-label=\"")
                    .append(stars)
                    .append(" of 5\">")
                    .append("★".repeat(stars))
                    .append("☆".repeat(STARS - stars))
                    .append("</span>");
        } else if (rating.has("error")) {
            html.append("<span class=\"missing\">")
                    .append(escape(rating.path("error").asText()))
                    .append("</span>");
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
