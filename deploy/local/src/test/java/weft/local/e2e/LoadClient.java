package weft.local.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends a bounded number of requests over keep-alive connections and counts what became of each. Confined to one thread.
 *
 * <p>Every request that was begun is counted exactly once: under its status, or under {@link Outcome#broken} when no whole
 * answer came. Nothing is sent twice.
 */
final class LoadClient {
    private static final Pattern VERSION = Pattern.compile("\"version\":\"(v\\d+)\"");
    private static final int DEFAULT_CONNECTIONS = 8;

    private final int port;
    private final String path;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private int connections = DEFAULT_CONNECTIONS;

    private LoadClient(int port, String path) {
        this.port = port;
        this.path = path;
    }

    /** Requests to a sidecar's outbound port, as the application would make them. */
    static LoadClient to(int port, String authority, String path) {
        LoadClient client = new LoadClient(port, path);
        client.headers.put("host", authority);
        return client;
    }

    LoadClient header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    LoadClient connections(int count) {
        connections = count;
        return this;
    }

    /**
     * What became of a run. Immutable.
     *
     * @param statuses requests by status
     * @param versions requests by the version that the answer names
     * @param broken why requests got no whole answer
     */
    record Outcome(
            long sent,
            Map<Integer, Long> statuses,
            Map<String, Long> versions,
            Map<String, Long> broken,
            Duration longest) {

        long status(int status) {
            return statuses.getOrDefault(status, 0L);
        }

        long version(String version) {
            return versions.getOrDefault(version, 0L);
        }

        /** Requests without a 200. */
        long failed() {
            return sent - status(200);
        }
    }

    /** Sends this many requests as fast as answers come. */
    Outcome send(long count) {
        return start(count, 0).await();
    }

    /** Sends at this rate until {@link Run#stop}, at most {@code max} requests. */
    Run startAt(int perSecond, long max) {
        return start(max, perSecond);
    }

    private Run start(long count, int perSecond) {
        Run run = new Run(count, perSecond);
        for (int i = 0; i < connections; i++) {
            Worker worker = new Worker(run);
            Thread thread = new Thread(() -> work(worker), "load-" + i);
            run.workers.add(worker);
            run.threads.add(thread);
            thread.start();
        }
        return run;
    }

    /** A run under way. Thread-safe. */
    static final class Run {
        private final List<Worker> workers = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicLong begun = new AtomicLong();
        private final long began = System.nanoTime();
        private final int perSecond;
        private volatile long count;

        Run(long count, int perSecond) {
            this.count = count;
            this.perSecond = perSecond;
        }

        /** Takes the next request's number, at its time; false once all are taken. */
        private boolean next() {
            if (perSecond == 0) {
                return begun.getAndIncrement() < count;
            }
            long number = begun.getAndIncrement();
            if (number >= count) {
                return false;
            }
            long due = began + number * 1_000_000_000L / perSecond;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            return number < count;
        }

        long sent() {
            return Math.min(begun.get(), count);
        }

        /** No further requests; those under way are answered and counted. */
        Outcome stop() {
            count = 0;
            return await();
        }

        Outcome await() {
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
            }
            Map<Integer, Long> statuses = new TreeMap<>();
            Map<String, Long> versions = new TreeMap<>();
            Map<String, Long> broken = new TreeMap<>();
            long sent = 0;
            long longest = 0;
            for (Worker worker : workers) {
                worker.statuses.forEach((k, v) -> statuses.merge(k, v, Long::sum));
                worker.versions.forEach((k, v) -> versions.merge(k, v, Long::sum));
                worker.broken.forEach((k, v) -> broken.merge(k, v, Long::sum));
                sent += worker.sent;
                longest = Math.max(longest, worker.longestNanos);
            }
            return new Outcome(sent, statuses, versions, broken, Duration.ofNanos(longest));
        }
    }

    private static final class Worker {
        private final Run run;
        private final Map<Integer, Long> statuses = new TreeMap<>();
        private final Map<String, Long> versions = new TreeMap<>();
        private final Map<String, Long> broken = new TreeMap<>();
        private long sent;
        private long longestNanos;

        Worker(Run run) {
            this.run = run;
        }
    }

    private void work(Worker worker) {
        HttpConnection connection = new HttpConnection(port);
        try (connection) {
            while (worker.run.next()) {
                worker.sent++;
                long began = System.nanoTime();
                try {
                    HttpConnection.Answer answer = connection.get(path, headers);
                    worker.statuses.merge(answer.status(), 1L, Long::sum);
                    Matcher version = VERSION.matcher(answer.body());
                    if (version.find()) {
                        worker.versions.merge(version.group(1), 1L, Long::sum);
                    }
                } catch (IOException e) {
                    worker.broken.merge(String.valueOf(e.getMessage()), 1L, Long::sum);
                    connection.close();
                }
                worker.longestNanos = Math.max(worker.longestNanos, System.nanoTime() - began);
            }
        }
    }
}
