package weft.proxy.testing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import weft.proxy.telemetry.AccessLog;
import weft.proxy.telemetry.Finished;
import weft.proxy.telemetry.FinishedConnection;
import weft.proxy.telemetry.FinishedRequest;

/** Keeps every finished request and connection. Thread-safe. */
public final class RecordingAccessLog implements AccessLog {
    private final ConcurrentLinkedQueue<FinishedRequest> finished = new ConcurrentLinkedQueue<>();

    private final ConcurrentLinkedQueue<FinishedConnection> connections = new ConcurrentLinkedQueue<>();

    @Override
    public void finished(Finished ended) {
        if (ended instanceof FinishedRequest request) {
            finished.add(request);
        } else {
            connections.add((FinishedConnection) ended);
        }
    }

    public List<FinishedRequest> all() {
        return List.copyOf(finished);
    }

    public int count() {
        return finished.size();
    }

    public void clear() {
        finished.clear();
    }

    /** Waits for so many requests and returns them all. */
    public List<FinishedRequest> await(int count) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(10))
                .until(() -> finished.size() >= count);
        return all();
    }

    public int connectionCount() {
        return connections.size();
    }

    /** Waits for so many relayed connections and returns them all. */
    public List<FinishedConnection> awaitConnections(int count) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(10))
                .until(() -> connections.size() >= count);
        return List.copyOf(connections);
    }

    /** Waits for the only relayed connection and returns it. */
    public FinishedConnection onlyConnection() {
        List<FinishedConnection> all = awaitConnections(1);
        if (all.size() != 1) {
            throw new AssertionError("connections: " + all);
        }
        return all.get(0);
    }

    /** Waits for the only request and returns it. */
    public FinishedRequest only() {
        List<FinishedRequest> requests = await(1);
        if (requests.size() != 1) {
            throw new AssertionError("requests: " + requests);
        }
        return requests.get(0);
    }
}
