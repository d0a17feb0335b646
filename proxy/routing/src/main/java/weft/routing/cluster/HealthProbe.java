package weft.routing.cluster;

import java.util.List;
import java.util.Map;

/** One question to an endpoint, and which answers pass. Immutable. */
public sealed interface HealthProbe {

    /**
     * A request.
     *
     * @param host for the Host header
     * @param expected statuses that pass
     * @param retriable statuses that count as one failure; others that are unexpected fail the endpoint at once
     * @param headers added to the request, names in lower case
     */
    record Http(
            String method,
            String path,
            String host,
            List<StatusRange> expected,
            List<StatusRange> retriable,
            Map<String, String> headers)
            implements HealthProbe {
        public Http {
            expected = List.copyOf(expected);
            retriable = List.copyOf(retriable);
            headers = Map.copyOf(headers);
        }

        public boolean expects(int status) {
            return expected.stream().anyMatch(range -> range.contains(status));
        }

        public boolean mayRetry(int status) {
            return retriable.stream().anyMatch(range -> range.contains(status));
        }
    }

    /**
     * A connection, and perhaps bytes on it.
     *
     * @param send empty for nothing
     * @param receive what must arrive in this order, with anything between; empty when connecting is enough
     */
    record Tcp(String send, List<String> receive) implements HealthProbe {
        public Tcp {
            receive = List.copyOf(receive);
        }
    }

    /**
     * A call of {@code grpc.health.v1.Health/Check}.
     *
     * @param service asked for; empty for the server as a whole
     * @param authority as for an HTTP request
     */
    record Grpc(String service, String authority) implements HealthProbe {}

    /** Statuses from one to another, both included. */
    record StatusRange(int from, int to) {
        public static final StatusRange OK = new StatusRange(200, 200);

        /**
         * Reads {@code 200} or {@code 200-299}.
         *
         * @throws IllegalArgumentException when it is neither, or outside 100 to 599
         */
        public static StatusRange parse(String text) {
            int dash = text.indexOf('-');
            int from = status(dash < 0 ? text : text.substring(0, dash), text);
            int to = dash < 0 ? from : status(text.substring(dash + 1), text);
            if (to < from) {
                throw unreadable(text);
            }
            return new StatusRange(from, to);
        }

        private static int status(String digits, String whole) {
            boolean isNumber = digits.length() == 3 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
            int status = isNumber ? Integer.parseInt(digits) : 0;
            if (status < 100 || status > 599) {
                throw unreadable(whole);
            }
            return status;
        }

        private static IllegalArgumentException unreadable(String text) {
            return new IllegalArgumentException(
                    "\"" + text + "\" (expected: a status or a range of them, as 200 or 200-299)");
        }

        boolean contains(int status) {
            return from <= status && status <= to;
        }
    }
}
