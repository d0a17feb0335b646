package weft.sink.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import weft.schema.AccessLogEntry;
import weft.sink.tail.TailClient;
import weft.sink.tail.TailFeed;
import weft.sink.tail.TailFilter;

/**
 * Streams live requests as server-sent events: {@code entry} with one access log entry, {@code skipped} with how many
 * more there were. Thread-safe; each watcher holds its web thread until it leaves.
 */
final class TailHandler {
    private static final int DEFAULT_RPS = 100;
    private static final int MAX_RPS = 10_000;
    private static final long TICK_MILLIS = 1_000;

    private final TailFeed feed;

    TailHandler(TailFeed feed) {
        this.feed = feed;
    }

    void handle(Context context) throws IOException {
        QueryParameters query =
                new QueryParameters(context, "service", "from", "path", "status", "flags", "slower", "maxRps");
        TailClient client = new TailClient(filter(query), query.number("maxRps", DEFAULT_RPS, MAX_RPS));
        if (!feed.add(client)) {
            throw Problem.unavailable("too many watchers (at most " + TailFeed.MAX_CLIENTS + ")");
        }
        try {
            context.status(200)
                    .contentType("text/event-stream;charset=utf-8")
                    .header("Cache-Control", "no-cache")
                    .header("X-Accel-Buffering", "no");
            stream(client, context.res().getOutputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            feed.remove(client);
        }
    }

    private static TailFilter filter(QueryParameters query) {
        try {
            return new TailFilter(
                    query.text("service"),
                    query.text("from"),
                    query.text("path"),
                    query.list("status"),
                    query.list("flags"),
                    TimeUnit.MILLISECONDS.toMicros(query.millis("slower", 0)));
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /** Ends when the client is gone: the next write fails, and there is one at least each second. */
    private void stream(TailClient client, OutputStream out) throws IOException, InterruptedException {
        write(out, ": weft tail\n\n");
        long tickAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
        while (!feed.isClosed()) {
            AccessLogEntry entry = client.poll(TICK_MILLIS);
            if (entry != null) {
                write(out, "event: entry\ndata: " + RecordJson.of(entry) + "\n\n");
            }
            if (System.nanoTime() - tickAt >= 0) {
                tickAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
                long skipped = client.takeSkipped();
                write(out, skipped == 0 ? ":\n\n" : "event: skipped\ndata: {\"skipped\":" + skipped + "}\n\n");
            }
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
