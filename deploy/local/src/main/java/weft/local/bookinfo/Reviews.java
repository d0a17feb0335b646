package weft.local.bookinfo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;

/**
 * {@code reviews}: v1 shows no stars, v2 black ones, v3 red ones; v2 and v3 ask {@code ratings} for them. Thread-safe.
 *
 * <p>v2 waits up to 10 s for ratings, v3 2.5 s: with ratings delayed by 7 s, v2 still gets its stars (too late for the
 * page, which gives up after 6 s), v3 shows that they are missing.
 */
final class Reviews {
    private static final String RATINGS = "ratings:9080";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The version, and how it shows stars. */
    enum Version {
        V1("none", Duration.ZERO),
        V2("black", Duration.ofSeconds(10)),
        V3("red", Duration.ofMillis(2500));

        private final String color;
        private final Duration ratingsTimeout;

        Version(String color, Duration ratingsTimeout) {
            this.color = color;
            this.ratingsTimeout = ratingsTimeout;
        }

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Version version;
    private final Neighbours neighbours;

    Reviews(Version version, Neighbours neighbours) {
        this.version = version;
        this.neighbours = neighbours;
    }

    Map<String, Service.Handler> handlers() {
        return Map.of("/reviews/", this::reviews);
    }

    private Answer reviews(Call call) throws InterruptedException {
        int id = call.product();
        if (id < 0) {
            return Answer.json(400, "{\"error\":\"give a product number, as /reviews/0\"}");
        }
        ObjectNode root = JSON.createObjectNode().put("id", String.valueOf(id)).put("version", version.label());
        var reviews = root.putArray("reviews");
        ObjectNode first = reviews.addObject()
                .put("reviewer", "Reviewer1")
                .put("text", "Twins, a shipwreck and not one dull page.");
        ObjectNode second = reviews.addObject()
                .put("reviewer", "Reviewer2")
                .put("text", "Short, loud and kind. I missed my station.");
        if (version != Version.V1) {
            Neighbours.Reply ratings = neighbours.get(RATINGS, "/ratings/" + id, call, version.ratingsTimeout);
            rate(first, ratings);
            rate(second, ratings);
        }
        return Answer.json(root.toString());
    }

    private void rate(ObjectNode review, Neighbours.Reply ratings) {
        ObjectNode rating = review.putObject("rating");
        int stars = ratings.body()
                .path("ratings")
                .path(review.path("reviewer").asText())
                .asInt(-1);
        if (ratings.isOk() && stars >= 0) {
            rating.put("stars", stars).put("color", version.color);
        } else {
            rating.put("error", "Ratings are unavailable (" + ratings.status() + ")");
        }
    }
}
