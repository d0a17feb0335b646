package weft.local.bookinfo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One service of the application on a loopback port. Thread-safe. */
final class Service implements AutoCloseable {
    /** A call may wait up to 10 s for a slow neighbour; with more than this many waiting, callers queue. */
    private static final int THREADS = 64;

    private static final int QUEUE_CAPACITY = 1024;
    private static final int BACKLOG = 1024;

    /** What a service does with one request. */
    interface Handler {
        Answer answer(Call call) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads;

    private Service(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Listens and answers by the longest matching path; {@code /health} answers by itself.
     *
     * @param port 0 picks a free one
     * @throws IOException when the port cannot be bound
     */
    static Service start(String name, int port, Map<String, Handler> handlers) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), BACKLOG);
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE_CAPACITY),
                task -> new Thread(task, name),
                new ThreadPoolExecutor.CallerRunsPolicy());
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
        server.createContext("/", exchange -> handle(exchange, call -> Answer.text(404, "not found\n")));
        server.createContext(
                "/health",
                exchange -> handle(exchange, call -> Answer.json("{\"status\":\"" + name + " is healthy\"}")));
        handlers.forEach((path, handler) -> server.createContext(path, exchange -> handle(exchange, handler)));
        server.start();
        return new Service(server, threads);
    }

    private static void handle(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Answer answer = handler.answer(Call.of(exchange));
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            boolean hasBody = !exchange.getRequestMethod().equals("HEAD") && body.length > 0;
            exchange.sendResponseHeaders(answer.status(), hasBody ? body.length : -1);
            if (hasBody) {
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
