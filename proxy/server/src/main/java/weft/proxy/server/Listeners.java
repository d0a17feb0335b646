package weft.proxy.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.loop.Workers;
import weft.proxy.server.BoundListener.ConnectionInitializer;
import weft.routing.snapshot.Listener;

/**
 * The sockets the proxy listens on, brought in line with each snapshot. Thread-safe.
 *
 * <p>A listener that cannot be bound is reported and left out; the next call tries again. New ones are bound before a
 * snapshot goes into service, those it no longer has are closed after.
 */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final Workers workers;
    private final ListenerAddress addresses;
    private final Connections connections;
    private final ConnectionInitializer initializer;
    private final Map<String, BoundListener> bound = new ConcurrentHashMap<>();
    private final Map<String, BindFailure> failures = new ConcurrentHashMap<>();
    private boolean isClosed;

    /** Why a listener is not served. */
    record BindFailure(String listener, InetSocketAddress address, String reason) {
        String text() {
            return listener + ": cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + reason;
        }
    }

    Listeners(Workers workers, ListenerAddress addresses, Connections connections) {
        this.workers = workers;
        this.addresses = addresses;
        this.connections = connections;
        this.initializer = connections::accept;
    }

    /** Binds what is not bound yet. A listener that moved is bound at its new address first. */
    synchronized void open(List<Listener> wanted) {
        if (isClosed) {
            return;
        }
        for (Listener listener : wanted) {
            InetSocketAddress address = addresses.of(listener);
            BoundListener current = bound.get(listener.name());
            if (current == null || !current.wanted().equals(address)) {
                bind(listener.name(), address, current);
            }
        }
    }

    private void bind(String name, InetSocketAddress address, @Nullable BoundListener before) {
        try {
            BoundListener now = BoundListener.bind(name, address, workers, initializer);
            bound.put(name, now);
            failures.remove(name);
            LOG.info("listening listener={} address={}", name, now.address());
            if (before != null) {
                before.close();
            }
        } catch (IOException e) {
            BindFailure failure = new BindFailure(name, address, String.valueOf(e.getMessage()));
            if (!failure.equals(failures.put(name, failure))) {
                LOG.warn("cannot listen listener={} address={} error=\"{}\"", name, address, e.getMessage());
            }
        }
    }

    /** Closes what is not wanted any more; connections end after their requests. */
    synchronized void closeOthers(List<Listener> wanted) {
        Map<String, Listener> kept = new LinkedHashMap<>();
        wanted.forEach(listener -> kept.put(listener.name(), listener));
        failures.keySet().retainAll(kept.keySet());
        for (BoundListener listener : new ArrayList<>(bound.values())) {
            if (!kept.containsKey(listener.name())) {
                bound.remove(listener.name());
                listener.close();
                connections.drain(listener.name());
                LOG.info("closed listener={}", listener.name());
            }
        }
    }

    /** Accepts no more connections, for good. */
    synchronized void closeAll() {
        isClosed = true;
        bound.values().forEach(BoundListener::close);
        bound.clear();
    }

    Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> byName = new LinkedHashMap<>();
        bound.forEach((name, listener) -> byName.put(name, listener.address()));
        return byName;
    }

    List<BindFailure> failures() {
        return List.copyOf(failures.values());
    }

    /** Whether a connection to this address would come back to this proxy. */
    boolean isSelf(InetSocketAddress address) {
        for (BoundListener listener : bound.values()) {
            InetSocketAddress own = listener.address();
            if (own.getPort() == address.getPort()
                    && (own.getAddress().equals(address.getAddress())
                            || (own.getAddress().isAnyLocalAddress() && isLocal(address)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLocal(InetSocketAddress address) {
        return address.getAddress().isLoopbackAddress() || address.getAddress().isAnyLocalAddress();
    }
}
