package weft.proxy.upstream;

import java.net.InetSocketAddress;
import weft.proxy.loop.Worker;
import weft.routing.cluster.ConnectionPoolSettings;

/** Opens connections to endpoints. Thread-safe. */
@FunctionalInterface
public interface UpstreamConnector {

    /** Connects on the worker's event loop and tells the observer there. */
    void connect(
            Worker worker,
            InetSocketAddress address,
            ConnectionPoolSettings settings,
            UpstreamConnection.Observer observer);
}
