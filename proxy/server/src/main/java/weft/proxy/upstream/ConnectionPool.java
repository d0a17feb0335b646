package weft.proxy.upstream;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.stream.StreamReset;

/**
 * Connections of one event loop to one endpoint, each with one request at a time. Confined to the event loop.
 *
 * <p>The connection used last is used first, so that surplus ones reach their idle timeout. Requests wait in order of
 * arrival; each waiting request starts a connection, as far as the cluster's limit allows. A pool without any connection
 * may open one above that limit: else a loop could wait for ever on connections that idle on another loop.
 */
public final class ConnectionPool {
    /** Each waiter is a live downstream request; this only guards against a limit left at Istio's 2^32-1. */
    private static final int MAX_WAITERS = 65_536;

    /** Takes a connection, at once or later. Called on the event loop. */
    public interface Waiter {
        void onConnection(PooledConnection connection);

        void onConnectionFailure(StreamReset reason, String details);
    }

    private final Worker worker;
    private final EndpointState endpoint;
    private final ClusterState cluster;
    private final ArrayDeque<PooledConnection> idle = new ArrayDeque<>();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private int connecting;
    private int open;
    private boolean isSweepScheduled;
    private boolean isRetired;

    ConnectionPool(Worker worker, EndpointState endpoint, ClusterState cluster) {
        this.worker = worker;
        this.endpoint = endpoint;
        this.cluster = cluster;
    }

    /** Hands a connection to the waiter, now if one is idle. */
    public void acquire(Waiter waiter) {
        PooledConnection connection = takeIdle();
        if (connection != null) {
            waiter.onConnection(connection);
            return;
        }
        if (waiters.size() >= MAX_WAITERS || !cluster.pending().tryAcquire()) {
            waiter.onConnectionFailure(StreamReset.OVERFLOW, "");
            return;
        }
        waiters.addLast(waiter);
        connectForWaiters();
    }

    /** The waiter leaves; its connection, once made, serves another. */
    public void cancel(Waiter waiter) {
        if (waiters.remove(waiter)) {
            cluster.pending().release();
        }
    }

    /** Keeps nothing from now on: idle connections are closed, busy ones after their request. */
    void retire() {
        isRetired = true;
        closeIdle();
    }

    private void closeIdle() {
        for (PooledConnection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            connection.close();
        }
    }

    private @Nullable PooledConnection takeIdle() {
        PooledConnection connection = idle.pollLast();
        while (connection != null && !isUsable(connection)) {
            connection.close();
            connection = idle.pollLast();
        }
        return connection;
    }

    private boolean isUsable(PooledConnection connection) {
        return connection.isUsable(
                nanos(),
                cluster.settings().maxRequestsPerConnection(),
                TimeUnit.MILLISECONDS.toNanos(cluster.settings().maxConnectionDurationMillis()));
    }

    private void connectForWaiters() {
        while (connecting < waiters.size()) {
            boolean withinLimit = cluster.connections().tryAcquire();
            if (!withinLimit) {
                if (open + connecting > 0) {
                    return;
                }
                cluster.connections().acquireAnyway();
            }
            connecting++;
            endpoint.countConnect();
            cluster.connector()
                    .connect(
                            worker,
                            endpoint.address(),
                            cluster.settings().connectTimeoutMillis(),
                            new PooledConnection(this));
        }
    }

    void onConnected(PooledConnection connection) {
        connecting--;
        open++;
        endpoint.countOpened();
        serveOrKeep(connection);
    }

    void onConnectFailed(StreamReset reason, String details) {
        connecting--;
        cluster.connections().release();
        endpoint.countConnectFailure();
        Waiter waiter = waiters.pollFirst();
        if (waiter != null) {
            cluster.pending().release();
            waiter.onConnectionFailure(reason, details);
        }
        connectForWaiters();
    }

    void onIdle(PooledConnection connection) {
        if (isUsable(connection)) {
            serveOrKeep(connection);
        } else {
            connection.close();
        }
    }

    private void serveOrKeep(PooledConnection connection) {
        Waiter waiter = waiters.pollFirst();
        if (waiter != null) {
            cluster.pending().release();
            waiter.onConnection(connection);
            return;
        }
        if (isRetired) {
            connection.close();
            return;
        }
        connection.idleSince(nanos());
        idle.addLast(connection);
        scheduleSweep(cluster.settings().idleTimeoutMillis());
    }

    void onClosed(PooledConnection connection) {
        open--;
        idle.remove(connection);
        cluster.connections().release();
        endpoint.countClosed();
        connectForWaiters();
    }

    private void scheduleSweep(long delayMillis) {
        if (!isSweepScheduled && cluster.settings().idleTimeoutMillis() > 0) {
            isSweepScheduled = true;
            worker.eventLoop().schedule(this::sweep, Math.max(1, delayMillis), TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        isSweepScheduled = false;
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(cluster.settings().idleTimeoutMillis());
        long now = nanos();
        PooledConnection oldest = idle.peekFirst();
        while (oldest != null && now - oldest.idleSinceNanos() >= timeoutNanos) {
            idle.pollFirst();
            oldest.close();
            oldest = idle.peekFirst();
        }
        if (oldest != null) {
            scheduleSweep(TimeUnit.NANOSECONDS.toMillis(timeoutNanos - (now - oldest.idleSinceNanos())));
        }
    }

    long nanos() {
        return worker.clock().nanos();
    }
}
