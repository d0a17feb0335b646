package weft.routing.cluster;

import java.util.List;

/** What of a request is hashed to find its endpoint. Immutable. Istio DestinationRule, loadBalancer.consistentHash. */
public sealed interface HashKey {

    /** Kind and name, for people. */
    String text();

    /** @param name in lower case */
    record Header(String name) implements HashKey {
        @Override
        public String text() {
            return "header " + name;
        }
    }

    /**
     * A cookie, which the proxy gives to clients that have none if it has a time to live.
     *
     * @param path empty for none
     * @param ttlSeconds 0 for as long as the client's session, {@link #PASSIVE} for a cookie that is never given
     */
    record Cookie(String name, String path, long ttlSeconds, List<Attribute> attributes) implements HashKey {
        public static final long PASSIVE = -1;

        /** @param value empty for a bare name, as {@code Secure} */
        public record Attribute(String name, String value) {}

        public Cookie {
            attributes = List.copyOf(attributes);
        }

        @Override
        public String text() {
            return "cookie " + name;
        }
    }

    /** The address of the client. */
    record SourceIp() implements HashKey {
        @Override
        public String text() {
            return "source IP";
        }
    }

    /** As it stands in the path, not decoded. */
    record QueryParameter(String name) implements HashKey {
        @Override
        public String text() {
            return "query parameter " + name;
        }
    }
}
