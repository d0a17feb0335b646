package weft.proxy.telemetry;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RuleRef;

/**
 * Facts of one connection that was relayed as a whole, or closed before it could be, and has ended. Immutable.
 *
 * @param startMicros wall clock, microseconds since 1970
 * @param durationNanos accepted to closed
 * @param details why no filter chain took it, empty when one did
 * @param termination why it was closed when neither side did that in its own time, or null
 * @param bytesReceived from the client
 * @param bytesSent to the client
 * @param chain name of the filter chain, empty when none took it
 * @param rule that named the destination, or null
 * @param weightDraw 31 bits, -1 when there was no weighted choice
 * @param attempts to connect to an upstream
 * @param serverName of the client's TLS hello, or null
 */
public record FinishedConnection(
        boolean inbound,
        long bundleRevision,
        long startMicros,
        long durationNanos,
        Set<ResponseFlag> flags,
        String details,
        @Nullable String termination,
        long bytesReceived,
        long bytesSent,
        String chain,
        @Nullable RuleRef rule,
        @Nullable Cluster cluster,
        @Nullable String clusterName,
        @Nullable Endpoint endpoint,
        String subset,
        int weightDraw,
        int attempts,
        @Nullable String serverName,
        @Nullable String upstreamLocalAddress,
        @Nullable String downstreamLocalAddress,
        @Nullable String downstreamRemoteAddress,
        @Nullable String upstreamFailure)
        implements Finished {
    public FinishedConnection {
        flags = flags.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(flags));
    }
}
