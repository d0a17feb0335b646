package weft.routing.ratelimit;

import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;

/** A value of a request that tells callers apart. Immutable. */
public sealed interface RateLimitKey {

    /** The value, or null when the request has none. */
    @Nullable
    String of(RequestHead head, String clientAddress);

    /** A header by its name in lower case; repeated headers are joined with a comma. */
    record Header(String name) implements RateLimitKey {
        @Override
        public @Nullable String of(RequestHead head, String clientAddress) {
            return head.headers().joined(name);
        }

        @Override
        public String toString() {
            return "header " + name;
        }
    }

    /** The trusted address of the client, without port. */
    record ClientAddress() implements RateLimitKey {
        @Override
        public String of(RequestHead head, String clientAddress) {
            return clientAddress;
        }

        @Override
        public String toString() {
            return "client address";
        }
    }

    /** The path without query. */
    record Path() implements RateLimitKey {
        @Override
        public String of(RequestHead head, String clientAddress) {
            return head.path().substring(0, head.pathLength());
        }

        @Override
        public String toString() {
            return "path";
        }
    }

    record Method() implements RateLimitKey {
        @Override
        public String of(RequestHead head, String clientAddress) {
            return head.method();
        }

        @Override
        public String toString() {
            return "method";
        }
    }

    /** The host as the client sent it, port included. */
    record Host() implements RateLimitKey {
        @Override
        public String of(RequestHead head, String clientAddress) {
            return head.authority();
        }

        @Override
        public String toString() {
            return "authority";
        }
    }

    /** A claim of a token: no token is looked at, so that no request has one. */
    record Claim() implements RateLimitKey {
        @Override
        public @Nullable String of(RequestHead head, String clientAddress) {
            return null;
        }

        @Override
        public String toString() {
            return "claim";
        }
    }
}
