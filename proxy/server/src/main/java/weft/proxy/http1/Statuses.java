package weft.proxy.http1;

import java.util.HashMap;
import java.util.Map;

/** Status lines, ready to be copied. Immutable. */
final class Statuses {
    private static final int LAST = 999;
    private static final byte[][] LINES = new byte[LAST + 1][];

    static {
        Map<Integer, String> reasons = new HashMap<>();
        reasons.put(100, "Continue");
        reasons.put(101, "Switching Protocols");
        reasons.put(102, "Processing");
        reasons.put(103, "Early Hints");
        reasons.put(200, "OK");
        reasons.put(201, "Created");
        reasons.put(202, "Accepted");
        reasons.put(203, "Non-Authoritative Information");
        reasons.put(204, "No Content");
        reasons.put(205, "Reset Content");
        reasons.put(206, "Partial Content");
        reasons.put(207, "Multi-Status");
        reasons.put(208, "Already Reported");
        reasons.put(226, "IM Used");
        reasons.put(300, "Multiple Choices");
        reasons.put(301, "Moved Permanently");
        reasons.put(302, "Found");
        reasons.put(303, "See Other");
        reasons.put(304, "Not Modified");
        reasons.put(305, "Use Proxy");
        reasons.put(307, "Temporary Redirect");
        reasons.put(308, "Permanent Redirect");
        reasons.put(400, "Bad Request");
        reasons.put(401, "Unauthorized");
        reasons.put(402, "Payment Required");
        reasons.put(403, "Forbidden");
        reasons.put(404, "Not Found");
        reasons.put(405, "Method Not Allowed");
        reasons.put(406, "Not Acceptable");
        reasons.put(407, "Proxy Authentication Required");
        reasons.put(408, "Request Timeout");
        reasons.put(409, "Conflict");
        reasons.put(410, "Gone");
        reasons.put(411, "Length Required");
        reasons.put(412, "Precondition Failed");
        reasons.put(413, "Payload Too Large");
        reasons.put(414, "URI Too Long");
        reasons.put(415, "Unsupported Media Type");
        reasons.put(416, "Range Not Satisfiable");
        reasons.put(417, "Expectation Failed");
        reasons.put(418, "I'm a teapot");
        reasons.put(421, "Misdirected Request");
        reasons.put(422, "Unprocessable Entity");
        reasons.put(423, "Locked");
        reasons.put(424, "Failed Dependency");
        reasons.put(425, "Too Early");
        reasons.put(426, "Upgrade Required");
        reasons.put(428, "Precondition Required");
        reasons.put(429, "Too Many Requests");
        reasons.put(431, "Request Header Fields Too Large");
        reasons.put(451, "Unavailable For Legal Reasons");
        reasons.put(500, "Internal Server Error");
        reasons.put(501, "Not Implemented");
        reasons.put(502, "Bad Gateway");
        reasons.put(503, "Service Unavailable");
        reasons.put(504, "Gateway Timeout");
        reasons.put(505, "HTTP Version Not Supported");
        reasons.put(506, "Variant Also Negotiates");
        reasons.put(507, "Insufficient Storage");
        reasons.put(508, "Loop Detected");
        reasons.put(510, "Not Extended");
        reasons.put(511, "Network Authentication Required");
        for (int status = 100; status <= LAST; status++) {
            LINES[status] = Octets.ascii("HTTP/1.1 " + status + " " + reasons.getOrDefault(status, "Unknown") + "\r\n");
        }
    }

    private Statuses() {}

    /** The status line with its CRLF. */
    static byte[] line(int status) {
        if (status < 100 || status > LAST) {
            throw new IllegalArgumentException("status " + status + " is not between 100 and " + LAST);
        }
        return LINES[status];
    }

    static boolean isInformational(int status) {
        return status < 200;
    }

    /** Whether responses of this status never have a body. */
    static boolean isBodyless(int status) {
        return status < 200 || status == 204 || status == 304;
    }
}
