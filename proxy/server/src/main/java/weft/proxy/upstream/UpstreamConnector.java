package weft.proxy.upstream;

import java.net.InetSocketAddress;
import weft.proxy.loop.Worker;

/** Opens connections to endpoints. Thread-safe. */
@FunctionalInterface
public interface UpstreamConnector {

    /** Connects on the worker's event loop and tells the observer there. */
    void connect(
            Worker worker, InetSocketAddress address, long connectTimeoutMillis, UpstreamConnection.Observer observer);
}
