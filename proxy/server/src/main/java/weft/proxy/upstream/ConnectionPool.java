package weft.proxy.upstream;

import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.List;
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
 *
 * <p>Connections made by other settings than those that hold now end like those of a retired pool: idle ones at once, busy
 * ones after their request.
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
    private ClusterLimits limits;
    private long idleNanos;
    private long maxAgeNanos;
    private @Nullable Future<?> sweep;
    private long sweepNanos = Long.MAX_VALUE;
    private boolean isRetired;

    ConnectionPool(Worker worker, EndpointState endpoint, ClusterState cluster) {
        this.worker = worker;
        this.endpoint = endpoint;
        this.cluster = cluster;
        limits = cluster.limits();
        idleNanos = TimeUnit.MILLISECONDS.toNanos(limits.settings().idleTimeoutMillis());
        maxAgeNanos = TimeUnit.MILLISECONDS.toNanos(limits.settings().maxConnectionDurationMillis());
    }

    /** Other settings hold from now on. Who waits goes on waiting, by the new limits. */
    void renew(ClusterLimits next) {
        ClusterLimits before = limits;
        limits = next;
        idleNanos = TimeUnit.MILLISECONDS.toNanos(next.settings().idleTimeoutMillis());
        maxAgeNanos = TimeUnit.MILLISECONDS.toNanos(next.settings().maxConnectionDurationMillis());
        for (int i = 0; i < waiters.size(); i++) {
            before.pending().release();
            next.pending().acquireAnyway();
        }
        if (!next.settings().connectsAlike(before.settings())) {
            closeIdle();
        }
        connectForWaiters();
    }

    /** Hands a connection to the waiter, now if one is idle. */
    public void acquire(Waiter waiter) {
        PooledConnection connection = takeIdle();
        if (connection != null) {
            waiter.onConnection(connection);
            return;
        }
        if (waiters.size() >= MAX_WAITERS || !limits.pending().tryAcquire()) {
            cluster.requestCounts().overflowed();
            waiter.onConnectionFailure(StreamReset.OVERFLOW, "");
            return;
        }
        waiters.addLast(waiter);
        connectForWaiters();
    }

    /** The waiter leaves; its connection, once made, serves another. */
    public void cancel(Waiter waiter) {
        if (waiters.remove(waiter)) {
            limits.pending().release();
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
        return isByTheseSettings(connection)
                && connection.isUsable(nanos(), limits.settings().maxRequestsPerConnection(), maxAgeNanos);
    }

    @SuppressWarnings("ReferenceEquality") // the same ones nearly always
    private boolean isByTheseSettings(PooledConnection connection) {
        ClusterLimits made = connection.limits();
        return made == limits || made.settings().connectsAlike(limits.settings());
    }

    private void connectForWaiters() {
        while (connecting < waiters.size()) {
            boolean withinLimit = limits.connections().tryAcquire();
            if (!withinLimit) {
                cluster.counts().overflowed();
                if (open + connecting > 0) {
                    return;
                }
                limits.connections().acquireAnyway();
            }
            connecting++;
            endpoint.countConnect();
            cluster.connector()
                    .connect(worker, endpoint.address(), limits.settings(), new PooledConnection(this, limits));
        }
    }

    void onConnected(PooledConnection connection) {
        connecting--;
        open++;
        endpoint.countOpened();
        serveOrKeep(connection);
    }

    void onConnectFailed(PooledConnection connection, StreamReset reason, String details) {
        connecting--;
        connection.limits().connections().release();
        endpoint.countConnectFailure();
        Waiter waiter = waiters.pollFirst();
        if (waiter != null) {
            limits.pending().release();
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
            limits.pending().release();
            waiter.onConnection(connection);
            return;
        }
        if (isRetired || !isByTheseSettings(connection)) {
            connection.close();
            return;
        }
        connection.idleSince(nanos());
        idle.addLast(connection);
        sweepAt(endNanos(connection));
    }

    void onClosed(PooledConnection connection) {
        open--;
        idle.remove(connection);
        connection.limits().connections().release();
        endpoint.countClosed();
        connectForWaiters();
    }

    /** When an idle connection has been idle, or open, for too long. */
    private long endNanos(PooledConnection connection) {
        long idleEnd = idleNanos == 0 ? Long.MAX_VALUE : connection.idleSinceNanos() + idleNanos;
        long end = maxAgeNanos == 0 ? Long.MAX_VALUE : connection.openedNanos() + maxAgeNanos;
        return Math.min(idleEnd, end);
    }

    private void sweepAt(long dueNanos) {
        if (dueNanos >= sweepNanos) {
            return; // one comes before that, and looks on
        }
        if (sweep != null) {
            sweep.cancel(false);
        }
        sweepNanos = dueNanos;
        sweep = worker.eventLoop().schedule(this::sweep, Math.max(1, dueNanos - nanos()), TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        sweep = null;
        sweepNanos = Long.MAX_VALUE;
        long now = nanos();
        long next = Long.MAX_VALUE;
        for (PooledConnection connection : List.copyOf(idle)) {
            long end = endNanos(connection);
            if (end <= now) {
                idle.remove(connection);
                connection.close();
            } else {
                next = Math.min(next, end);
            }
        }
        sweepAt(next);
    }

    long nanos() {
        return worker.clock().nanos();
    }
}
