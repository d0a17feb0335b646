package weft.routing.validate;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.schema.HTTPBody;
import weft.schema.HTTPDirectResponse;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRedirect;

/** Redirects and direct responses. Thread-safe: functions only. */
final class AnswerChecks {
    private static final int KILOBYTE = 1024;
    private static final int LARGE_BODY = 100 * KILOBYTE;
    private static final int LARGEST_BODY = 1024 * KILOBYTE;
    private static final Set<Long> REDIRECTS = Set.of(0L, 301L, 302L, 303L, 307L, 308L);

    private AnswerChecks() {}

    static void redirect(@Nullable HTTPRedirect redirect, List<HTTPMatchRequest> matches, Problems problems) {
        if (redirect == null) {
            return;
        }
        boolean prefix = !redirect.getPrefixRewrite().isEmpty();
        problems.require(!prefix || redirect.getUri().isEmpty(), "uri beside prefixRewrite (expected: one of them)");
        if (prefix) {
            boolean allPrefixes = matches.stream()
                    .allMatch(match -> match.getUri() == null || match.getUri().getPrefix() != null);
            problems.at("prefixRewrite").require(allPrefixes, "needs a match by prefix");
        }
        problems.require(
                prefix
                        || !redirect.getUri().isEmpty()
                        || !redirect.getAuthority().isEmpty()
                        || !redirect.getScheme().isEmpty()
                        || redirect.getPort() != null
                        || redirect.getDerivePort() != null,
                "changes nothing (expected: uri, authority, scheme or port)");
        // Istio admits any 3xx, but makes a route without an action of the others, which Envoy refuses.
        problems.at("redirectCode")
                .require(
                        REDIRECTS.contains(redirect.getRedirectCode()),
                        redirect.getRedirectCode() + " (expected: 301, 302, 303, 307 or 308)");
        String scheme = redirect.getScheme();
        problems.at("scheme")
                .require(
                        scheme.isEmpty() || scheme.equals("http") || scheme.equals("https"),
                        "\"" + scheme + "\" (expected: http or https)");
        if (redirect.getPort() != null && redirect.getPort() > 0) {
            problems.at("port").port(redirect.getPort());
        }
    }

    static void directResponse(@Nullable HTTPDirectResponse response, Problems problems) {
        if (response == null) {
            return;
        }
        status(response.getStatus(), problems.at("status"));
        int size = size(response.getBody());
        if (size > LARGEST_BODY) {
            problems.at("body").error(size + " bytes (expected: at most " + LARGEST_BODY + ")");
        } else if (size > LARGE_BODY) {
            problems.at("body").warning(size + " bytes travel with every copy of the rules");
        }
    }

    /** Istio takes 600 too, whatever its message says. */
    static void status(long status, Problems problems) {
        problems.range(status, 200, 600);
        if (status == 600) {
            problems.warning("600 is no status of HTTP (expected: 200 to 599)");
        }
    }

    private static int size(@Nullable HTTPBody body) {
        if (body == null) {
            return 0;
        }
        if (body.getString() != null) {
            return body.getString().getBytes(StandardCharsets.UTF_8).length;
        }
        return body.getBytes() == null ? 0 : body.getBytes().remaining();
    }
}
