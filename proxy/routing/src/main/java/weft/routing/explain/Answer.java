package weft.routing.explain;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.http.ResponseFlag;
import weft.routing.route.HeaderOperations;
import weft.routing.route.WeightedCluster;

/**
 * What becomes of a call. Immutable.
 *
 * @param destination that was picked, also when a fault or a missing cluster keeps the request from it; or null
 * @param path and query as the upstream gets them; null when the request does not go on as HTTP
 * @param authority as the upstream gets it, or null likewise
 * @param status of the proxy's own answer; 0 when the upstream answers, or nobody
 * @param location of a redirect, or null
 * @param flags for the access log
 * @param details Envoy's word for how it ended, as {@code route_not_found}
 * @param fields of the answer to a preflight
 */
public record Answer(
        Action action,
        @Nullable WeightedCluster destination,
        @Nullable String path,
        @Nullable String authority,
        int status,
        @Nullable String location,
        Set<ResponseFlag> flags,
        String details,
        HeaderOperations fields) {

    /** What the proxy does with a request, in the words of Istio's fields where there is one. */
    public enum Action {
        ROUTE("route"),
        REDIRECT("redirect"),
        DIRECT_RESPONSE("directResponse"),
        ABORT("abort"),
        PREFLIGHT("preflight"),
        NONE("none");

        private final String word;

        Action(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public Answer {
        flags = Set.copyOf(flags);
    }

    /** The proxy's own word, without a destination. */
    static Answer of(Action action, int status, @Nullable ResponseFlag flag, String details) {
        return new Answer(
                action,
                null,
                null,
                null,
                status,
                null,
                flag == null ? Set.of() : Set.of(flag),
                details,
                HeaderOperations.NONE);
    }

    static Answer redirect(int status, String location) {
        return new Answer(
                Action.REDIRECT,
                null,
                null,
                null,
                status,
                location,
                Set.of(),
                "direct_response",
                HeaderOperations.NONE);
    }
}
