package weft.routing.snapshot;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.route.RouteTable;
import weft.routing.route.RuleRef;
import weft.routing.route.WeightedCluster;

/** What takes the bytes of a connection. Immutable. */
public sealed interface NetworkFilter {

    /** Reads requests and routes each. */
    record HttpConnectionManager(String routeConfigName, RouteTable routes) implements NetworkFilter {}

    /**
     * Hands the connection as a whole to one of the clusters, drawn by weight once per connection.
     *
     * @param clusters never empty
     * @param idleTimeoutMillis without a byte either way; 0 for none
     * @param maxConnectionDurationMillis age at which it ends, in use or not; 0 for none
     * @param rule where it was written, or null for what Istio makes by default
     */
    record TcpProxy(
            List<WeightedCluster> clusters,
            String statPrefix,
            long idleTimeoutMillis,
            long maxConnectionDurationMillis,
            @Nullable RuleRef rule)
            implements NetworkFilter {
        public TcpProxy {
            clusters = List.copyOf(clusters);
        }
    }
}
