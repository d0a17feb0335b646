package weft.proxy.telemetry;

import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;

/** What has ended and wants its entry in the access log. Immutable. */
public sealed interface Finished permits FinishedRequest, FinishedConnection {

    /** Whether the proxy stood before the server (reporter destination) or the client (reporter source). */
    boolean inbound();

    /** Chosen cluster, or null when there was none or it does not exist. */
    @Nullable
    Cluster cluster();

    /** xDS name of the chosen cluster, even when it does not exist. */
    @Nullable
    String clusterName();

    @Nullable
    Endpoint endpoint();
}
