package weft.routing.route;

import com.google.re2j.Pattern;
import weft.routing.http.RequestHead;

/** Change of the path before it goes upstream; the query is kept. Immutable. Istio VirtualService, HTTPRewrite. */
public sealed interface PathRewrite {

    /** The new path with query. */
    String rewrite(RequestHead head);

    /** Replaces the prefix that the route matched, byte for byte: {@code /api} to {@code /} makes {@code //x}. */
    record Prefix(int matchedLength, String replacement) implements PathRewrite {
        @Override
        public String rewrite(RequestHead head) {
            return replacement + head.path().substring(matchedLength);
        }
    }

    /** Replaces the whole path, after an exact or regex match. */
    record Full(String replacement) implements PathRewrite {
        @Override
        public String rewrite(RequestHead head) {
            return replacement + head.path().substring(head.pathLength());
        }
    }

    /** RE2 global substitution on the path without query; {@code \1} names a group. */
    record Regex(Pattern pattern, String replacement) implements PathRewrite {
        @Override
        public String rewrite(RequestHead head) {
            String path = head.path();
            return pattern.matcher(path.substring(0, head.pathLength())).replaceAll(replacement)
                    + path.substring(head.pathLength());
        }
    }
}
