package weft.sink.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weft.sink.query.SinkStores;
import weft.sink.query.TrafficQuery;
import weft.sink.query.TrafficQuery.Grouping;
import weft.sink.query.TrafficQuery.Reporter;
import weft.sink.query.TrafficReport;
import weft.sink.tail.TailFeed;
import weft.sink.traffic.SinkCounters;

/** The aggregator's HTTP server. Thread-safe. */
public final class WebServer implements AutoCloseable {
    private static final long DEFAULT_LAST_MILLIS = 60_000;

    private final Parts parts;
    private final Javalin javalin;

    /**
     * What the handlers read. Immutable.
     *
     * @param state Kafka Streams' word for what the aggregator is doing
     */
    public record Parts(
            SinkStores stores,
            SinkCounters counters,
            TailFeed tail,
            BooleanSupplier isReady,
            Supplier<String> state,
            InstantSource clock) {}

    private WebServer(Parts parts, InetSocketAddress listen) {
        this.parts = parts;
        javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.jetty.host = listen.getHostString();
            config.jetty.port = listen.getPort();
            routes(config);
            errors(config);
        });
    }

    /**
     * Starts to listen.
     *
     * @throws PortTakenException when something else listens there
     */
    public static WebServer start(Parts parts, InetSocketAddress listen) {
        WebServer server = new WebServer(parts, listen);
        try {
            server.javalin.start();
        } catch (RuntimeException e) {
            server.javalin.stop();
            throw new PortTakenException(listen, e);
        }
        return server;
    }

    /** The address cannot be listened on. */
    public static final class PortTakenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PortTakenException(InetSocketAddress listen, Throwable cause) {
            super(
                    "cannot listen on " + listen.getHostString() + ":" + listen.getPort()
                            + " (is another program there? choose another with --listen)",
                    cause);
        }
    }

    private void routes(JavalinConfig config) {
        TailHandler tail = new TailHandler(parts.tail());
        PrometheusHandler prometheus = new PrometheusHandler(parts.stores(), parts.counters());
        config.routes.get("/", context -> resource(context, "index.html", "text/html;charset=utf-8"));
        config.routes.get("/openapi.json", context -> resource(context, "openapi.json", "application/json"));
        config.routes.get("/api/v1/traffic", this::traffic);
        config.routes.get("/api/v1/tail", tail::handle);
        config.routes.get("/api/v1/proxies", this::proxies);
        config.routes.get("/metrics", prometheus::handle);
        config.routes.get("/livez", context -> context.result("ok\n"));
        config.routes.get("/readyz", this::ready);
    }

    private static void errors(JavalinConfig config) {
        config.routes.exception(Problem.class, (e, context) -> e.answer(context));
        config.routes.exception(
                SinkStores.NotReadyException.class,
                (e, context) ->
                        Problem.unavailable(String.valueOf(e.getMessage())).answer(context));
        config.routes.exception(
                HttpResponseException.class,
                (e, context) -> new Problem(e.getStatus(), title(e.getStatus()), String.valueOf(e.getMessage()))
                        .answer(context));
        config.routes.exception(
                Exception.class, (e, context) -> new Problem(500, title(500), "unexpected: " + e).answer(context));
    }

    private static String title(int status) {
        return switch (status) {
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 500 -> "Internal Server Error";
            default -> "Error";
        };
    }

    private void traffic(Context context) {
        QueryParameters query = new QueryParameters(context, "last", "by", "service", "reporter");
        boolean isAll = "all".equals(query.text("last"));
        TrafficQuery question = new TrafficQuery(
                isAll ? 0 : query.millis("last", DEFAULT_LAST_MILLIS),
                query.word("by", Grouping.class, Grouping.EDGE),
                query.text("service"),
                query.word("reporter", Reporter.class, Reporter.SOURCE));
        context.json(TrafficReport.of(parts.stores(), question, parts.clock().millis()));
    }

    private void proxies(Context context) {
        long now = parts.clock().millis();
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("apiVersion", "weft/v1");
        ArrayNode items = out.putArray("proxies");
        parts.stores().proxies(status -> {
            ObjectNode item = RecordJson.of(status);
            item.put("live", status.getReportedAt() + status.getLeaseMillis() > now);
            items.add(item);
        });
        context.contentType("application/json").result(out.toString());
    }

    private void ready(Context context) {
        if (!parts.isReady().getAsBoolean()) {
            throw Problem.unavailable("the aggregator is " + parts.state().get());
        }
        context.result("ok\n");
    }

    private static void resource(Context context, String name, String contentType) {
        try (@Nullable InputStream in = WebServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource is missing: " + name);
            }
            context.contentType(contentType).result(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port that is really listened on. */
    public int port() {
        return javalin.port();
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
