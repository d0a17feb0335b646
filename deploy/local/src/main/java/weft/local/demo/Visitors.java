package weft.local.demo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * People who look at the product page at a steady rate, one in five of them signed in as jason. Thread-safe.
 *
 * <p>One thread paces the requests; answers arrive on the client's threads.
 */
final class Visitors implements AutoCloseable {
    static final int MAX_RPS = 1_000;
    /** Pages that may wait at a time; a page delayed by 6 s at 20 pages/s needs 120. What finds no room is not sent. */
    private static final int MAX_IN_FLIGHT = 256;

    private static final int JASON_ONE_IN = 5;
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final long IDLE_NANOS = 100_000_000;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final URI page;
    private final RandomGenerator random;
    private final Thread thread;
    private volatile int rps;
    private volatile boolean closed;

    Visitors(URI page, int rps, RandomGenerator random) {
        this.page = page;
        this.random = random;
        this.rps = bounded(rps);
        this.thread = new Thread(this::run, "visitors");
    }

    private static int bounded(int rps) {
        return Math.max(0, Math.min(MAX_RPS, rps));
    }

    void start() {
        thread.start();
    }

    private void run() {
        long next = System.nanoTime();
        while (!closed) {
            int rate = rps;
            if (rate == 0) {
                LockSupport.parkNanos(IDLE_NANOS);
                next = System.nanoTime();
                continue;
            }
            long wait = next - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(Math.min(wait, IDLE_NANOS));
                continue;
            }
            next += 1_000_000_000L / rate;
            visit();
        }
    }

    private void visit() {
        if (!room.tryAcquire()) {
            skipped.increment();
            return;
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(page).timeout(TIMEOUT).header("user-agent", "weft-demo-visitor");
        if (random.nextInt(JASON_ONE_IN) == 0) {
            request.header("cookie", "session=jason");
        }
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.discarding())
                .whenComplete((response, error) -> {
                    room.release();
                    (error == null && response.statusCode() < 500 ? answered : failed).increment();
                });
    }

    /** Requests per second from now on, 0 to {@link #MAX_RPS}. */
    void rps(int requestsPerSecond) {
        rps = bounded(requestsPerSecond);
        LockSupport.unpark(thread);
    }

    /** One JSON object: the rate, and what came of the requests so far. */
    String json() {
        return "{\"rps\":%d,\"answered\":%d,\"failed\":%d,\"skipped\":%d}\n"
                .formatted(rps, answered.sum(), failed.sum(), skipped.sum());
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
