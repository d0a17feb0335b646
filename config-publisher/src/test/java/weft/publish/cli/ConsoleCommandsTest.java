package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command against an aggregator that answers what a test wants. */
class ConsoleCommandsTest {
    private final AtomicReference<String> asked = new AtomicReference<>("");

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String console() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(String path, int status, String body) {
        server.createContext(path, exchange -> {
            asked.set(exchange.getRequestURI().toString());
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    @Test
    void statShowsATable() {
        answer("/api/v1/traffic", 200, """
                {"apiVersion":"weft/v1","rows":[
                 {"service":"reviews","subset":"v1","rps":17.9,"successRate":1.0,"p50Millis":4,"p90Millis":7.2,"p99Millis":11},
                 {"service":"reviews","subset":"v2","rps":2.1,"successRate":0.998,"p50Millis":6,"p90Millis":9,"p99Millis":190}],
                 "accessLog":{"counted":5,"dropped":3}}""");
        CommandLineRun run = CommandLineRun.of("stat", "subset/reviews", "-t", "10s", "--console", console());
        assertThat(asked.get()).isEqualTo("/api/v1/traffic?last=10s&by=subset&service=reviews");
        assertThat(run.out()).isEqualTo("""
                SERVICE   SUBSET   RPS    SUCCESS   P50     P90     P99
                reviews   v1       17.9   100.0 %   4.0ms   7.2ms   11ms
                reviews   v2       2.1    99.8 %    6.0ms   9.0ms   190ms
                """);
        assertThat(run.err()).startsWith("3 requests are not counted");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void statJsonIsTheAnswer() {
        answer("/api/v1/traffic", 200, "{\"apiVersion\":\"weft/v1\",\"rows\":[]}");
        assertThat(CommandLineRun.of("stat", "-o", "json", "--console", console())
                        .out())
                .isEqualTo("{\"apiVersion\":\"weft/v1\",\"rows\":[]}\n");
    }

    @Test
    void tailShowsARelayedConnectionByItsBytes() {
        answer("/api/v1/tail", 200, """
                event: entry
                data: {"start_time":"2026-11-22T20:59:58.250001Z","method":"","path":"","protocol":"","bytes_received":17,"bytes_sent":1000,"destination_service":"tcp-echo.default.svc.cluster.local","subset":"v2","response_code":0,"response_flags":"","duration_micros":4200,"route_name":"echo","requested_server_name":null}

                """);
        assertThat(CommandLineRun.of("tail", "--console", console()).out())
                .contains(" TCP 17B/1000B → tcp-echo.default.svc.cluster.local v2 - - 4.2ms echo\n");
    }

    @Test
    void tailShowsOneLineARequest() {
        answer("/api/v1/tail", 200, """
                : hello

                event: entry
                data: {"start_time":"2026-11-22T20:59:58.250001Z","method":"GET","path":"/reviews/\\u001b[2J0","destination_service":"reviews.default.svc.cluster.local","subset":"v2","response_code":503,"response_flags":"UF","duration_micros":4200,"route_name":"canary"}

                event: skipped
                data: {"skipped":1240}

                """);
        CommandLineRun run = CommandLineRun.of("tail", "reviews", "--status", "5xx,404", "--console", console());
        assertThat(asked.get()).isEqualTo("/api/v1/tail?service=reviews&status=5xx%2C404&maxRps=100");
        assertThat(run.out())
                .matches(
                        "\\d\\d:\\d\\d:\\d\\d\\.250 GET /reviews/\\?\\[2J0 → reviews\\.default\\.svc\\.cluster\\.local v2 503"
                                + " UF 4\\.2ms canary\n");
        assertThat(run.err()).contains("… 1240 skipped").contains("the aggregator closed the stream");
        assertThat(run.exitCode()).isEqualTo(69);
    }

    @Test
    void refusalIsPassedOn() {
        answer("/api/v1/traffic", 400, "{\"title\":\"bad request\",\"detail\":\"last: too long\"}");
        CommandLineRun run = CommandLineRun.of("stat", "--console", console());
        assertThat(run.err()).isEqualTo("weft: the aggregator answered 400: last: too long\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void nobodyThereEndsWith69() {
        String gone = console();
        server.stop(0);
        CommandLineRun run = CommandLineRun.of("stat", "--console", gone);
        assertThat(run.err()).startsWith("weft: no aggregator answered at " + gone);
        assertThat(run.exitCode()).isEqualTo(69);
    }
}
