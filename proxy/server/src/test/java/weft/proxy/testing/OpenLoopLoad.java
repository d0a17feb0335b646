package weft.proxy.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/**
 * GETs at a fixed rate, whatever becomes of those before: a slow answer delays no other request, as long as any of the
 * clients is free. Thread-safe.
 */
public final class OpenLoopLoad implements AutoCloseable {
    public static final int CLIENTS = 48;

    /** A machine that does other things besides may not manage the rate. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int port;
    private final long nanosBetween;
    private final LinkedBlockingQueue<Boolean> due = new LinkedBlockingQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> clients = new ArrayList<>();
    private final Thread clock;
    private volatile boolean isStopped;

    public OpenLoopLoad(int port, int requestsPerSecond) {
        this.port = port;
        nanosBetween = 1_000_000_000L / requestsPerSecond;
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(started(this::send, "client-" + i));
        }
        clock = started(this::tick, "clock");
    }

    private static Thread started(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void tick() {
        long next = System.nanoTime();
        while (!isStopped) {
            due.add(true);
            next += nanosBetween;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        clients.forEach(client -> due.add(false));
    }

    private void send() {
        try (TestClient client = new TestClient(port)) {
            while (due.take()) {
                int status = client.get("app.test", "/").status();
                answered.incrementAndGet();
                if (status != 200) {
                    failures.add("status " + status);
                }
            }
        } catch (IOException e) {
            failures.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until so many requests were answered. */
    public void await(int count) {
        Awaitility.await().atMost(PATIENCE).until(() -> answered.get() >= count);
    }

    public int answered() {
        return answered.get();
    }

    /** What was no 200, one line each. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Sends what is due, and nothing after it. */
    public void stop() throws InterruptedException {
        isStopped = true;
        clock.join();
        for (Thread client : clients) {
            client.join();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
