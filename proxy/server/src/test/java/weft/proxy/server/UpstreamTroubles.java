package weft.proxy.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestUpstream;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** Upstreams in every kind of trouble, and what is to be seen of each: one row a kind. */
final class UpstreamTroubles {
    private static final String RESET = "upstream connect error or disconnect/reset before headers. reset reason: ";
    private static final String BEFORE = "upstream_reset_before_response_started";
    private static final String AFTER = "upstream_reset_after_response_started";
    static final String LENGTH_100 = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    private static final String UNTIL_CLOSE = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    private static final String BUSY = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy";

    /**
     * One kind of trouble.
     *
     * @param upstream what it does with a connection; null when nobody listens
     * @param body what the client reads after the head, chunks decoded
     * @param isWhole whether the client can tell that the body is complete
     */
    record Trouble(
            String name,
            TestUpstream.@Nullable Script upstream,
            Action action,
            int status,
            String body,
            boolean isWhole,
            String flags,
            String details,
            int attempts) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Action plain() {
        return Action.to("v1");
    }

    static RetryPolicy on(int attempts, long perTryMillis, Condition... conditions) {
        return new RetryPolicy(attempts, perTryMillis, Set.of(conditions), Set.of(), 1, true);
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads the request, writes this and closes. */
    private static TestUpstream.Script saying(String text) {
        return (self, socket) -> {
            self.receive(socket.getInputStream());
            write(socket, text);
        };
    }

    /** Reads the request, writes this and resets the connection once the client has it. */
    private static TestUpstream.Script resettingAfter(String text) {
        return (self, socket) -> {
            self.receive(socket.getInputStream());
            write(socket, text);
            Thread.sleep(50);
            reset(socket);
        };
    }

    /** Reads the request, writes this and leaves it at that. */
    static TestUpstream.Script stallingAfter(String text) {
        return (self, socket) -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (self.receive(in) != null) {
                write(socket, text);
            }
        };
    }

    private static TestUpstream.Script dribbling(String text) {
        return (self, socket) -> {
            self.receive(socket.getInputStream());
            for (int i = 0; i < text.length(); i++) {
                write(socket, text.substring(i, i + 1));
                Thread.sleep(1);
            }
        };
    }

    static Stream<Trouble> all() {
        String refused = "delayed connect error: Connection refused";
        String refusedBody = RESET + "remote connection failure, transport failure reason: " + refused;
        String refusedDetails = BEFORE + "{remote_connection_failure," + refused.replace(' ', '_') + "}";
        String terminated = RESET + "connection termination";
        String terminatedDetails = BEFORE + "{connection_termination}";
        String midway = AFTER + "{connection_termination}";
        return Stream.of(
                new Trouble("refuses", null, plain(), 503, refusedBody, true, "UF", refusedDetails, 1),
                new Trouble(
                        "refuses every try",
                        null,
                        plain().retries(RetryPolicy.DEFAULT),
                        503,
                        refusedBody,
                        true,
                        "UF,URX",
                        refusedDetails,
                        3),
                new Trouble(
                        "closes at once",
                        (self, socket) -> {},
                        plain(),
                        503,
                        terminated,
                        true,
                        "UC",
                        terminatedDetails,
                        1),
                new Trouble(
                        "resets at once",
                        (self, socket) -> {
                            // Else the reset may come before the proxy has seen that it is connected.
                            socket.getInputStream().read();
                            reset(socket);
                        },
                        plain(),
                        503,
                        terminated,
                        true,
                        "UC",
                        terminatedDetails,
                        1),
                new Trouble(
                        "closes without an answer",
                        saying(""),
                        plain(),
                        503,
                        terminated,
                        true,
                        "UC",
                        terminatedDetails,
                        1),
                new Trouble(
                        "resets without an answer",
                        (self, socket) -> {
                            self.receive(socket.getInputStream());
                            reset(socket);
                        },
                        plain(),
                        503,
                        terminated,
                        true,
                        "UC",
                        terminatedDetails,
                        1),
                new Trouble(
                        "half-closes without an answer",
                        (self, socket) -> {
                            InputStream in = new BufferedInputStream(socket.getInputStream());
                            self.receive(in);
                            socket.shutdownOutput();
                            self.receive(in);
                        },
                        plain(),
                        503,
                        terminated,
                        true,
                        "UC",
                        terminatedDetails,
                        1),
                new Trouble(
                        "closes in the head",
                        saying("HTTP/1.1 200 OK\r\ncontent-le"),
                        plain(),
                        503,
                        terminated,
                        true,
                        "UC",
                        terminatedDetails,
                        1),
                new Trouble(
                        "closes without an answer, every try",
                        saying(""),
                        plain().retries(on(1, 0, Condition.RESET)),
                        503,
                        terminated,
                        true,
                        "UC,URX",
                        terminatedDetails,
                        2),
                new Trouble(
                        "talks nonsense",
                        saying("SMTP ready\r\n\r\n"),
                        plain(),
                        502,
                        RESET + "protocol error",
                        true,
                        "UPE",
                        BEFORE + "{protocol_error}",
                        1),
                new Trouble(
                        "closes in the body",
                        saying(LENGTH_100 + "half"),
                        plain(),
                        200,
                        "half",
                        false,
                        "UC",
                        midway,
                        1),
                new Trouble(
                        "resets in the body",
                        resettingAfter(LENGTH_100 + "half"),
                        plain(),
                        200,
                        "half",
                        false,
                        "UC",
                        midway,
                        1),
                new Trouble(
                        "closes in a chunk",
                        saying(CHUNKED + "8\r\nhalf"),
                        plain(),
                        200,
                        "half",
                        false,
                        "UC",
                        midway,
                        1),
                new Trouble(
                        "closes between chunks",
                        saying(CHUNKED + "4\r\nhalf\r\n"),
                        plain(),
                        200,
                        "half",
                        false,
                        "UC",
                        midway,
                        1),
                new Trouble(
                        "resets a body that ends with the connection",
                        resettingAfter(UNTIL_CLOSE + "half"),
                        plain(),
                        200,
                        "half",
                        false,
                        "UC",
                        midway,
                        1),
                new Trouble(
                        "closes in the body, which no policy tries again",
                        saying(LENGTH_100 + "half"),
                        plain().retries(on(3, 0, Condition.FIVE_XX, Condition.RESET)),
                        200,
                        "half",
                        false,
                        "UC",
                        midway,
                        1),
                new Trouble(
                        "half-closes after its answer",
                        (self, socket) -> {
                            InputStream in = new BufferedInputStream(socket.getInputStream());
                            self.receive(in);
                            write(socket, TestUpstream.ok("whole"));
                            socket.shutdownOutput();
                            self.receive(in);
                        },
                        plain(),
                        200,
                        "whole",
                        true,
                        "",
                        "via_upstream",
                        1),
                new Trouble(
                        "ends the body with the connection",
                        saying(UNTIL_CLOSE + "whole"),
                        plain(),
                        200,
                        "whole",
                        true,
                        "",
                        "via_upstream",
                        1),
                new Trouble(
                        "answers a byte at a time",
                        dribbling(TestUpstream.ok("whole")),
                        plain().timeout(20_000),
                        200,
                        "whole",
                        true,
                        "",
                        "via_upstream",
                        1),
                new Trouble(
                        "never answers",
                        stallingAfter(""),
                        plain().timeout(80),
                        504,
                        "upstream request timeout",
                        true,
                        "UT",
                        "upstream_response_timeout",
                        1),
                new Trouble(
                        "takes too long for a try",
                        stallingAfter(""),
                        plain().timeout(20_000).retries(on(2, 80, Condition.CONNECT_FAILURE)),
                        504,
                        "upstream request timeout",
                        true,
                        "UT",
                        "upstream_per_try_timeout",
                        1),
                new Trouble(
                        "takes too long for each of two tries",
                        stallingAfter(""),
                        plain().timeout(20_000).retries(on(1, 80, Condition.GATEWAY_ERROR)),
                        504,
                        "upstream request timeout",
                        true,
                        "UT,URX",
                        "upstream_per_try_timeout",
                        2),
                new Trouble(
                        "stalls in the body",
                        stallingAfter(LENGTH_100 + "half"),
                        plain().timeout(150),
                        200,
                        "half",
                        false,
                        "UT",
                        "upstream_response_timeout",
                        1),
                new Trouble(
                        "is busy",
                        saying(BUSY),
                        plain().retries(RetryPolicy.DEFAULT),
                        503,
                        "busy",
                        true,
                        "",
                        "via_upstream",
                        1),
                new Trouble(
                        "is busy every try",
                        saying(BUSY),
                        plain().retries(on(2, 0, Condition.GATEWAY_ERROR)),
                        503,
                        "busy",
                        true,
                        "URX",
                        "via_upstream",
                        3));
    }

    private UpstreamTroubles() {}
}
