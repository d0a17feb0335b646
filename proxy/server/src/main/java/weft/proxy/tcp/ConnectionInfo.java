package weft.proxy.tcp;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.telemetry.FinishedConnection;
import weft.proxy.upstream.Addresses;
import weft.proxy.upstream.EndpointState;
import weft.routing.cluster.Cluster;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RuleRef;
import weft.routing.route.WeightedCluster;

/** The facts of one connection as they become known, for its entry in the access log. Confined to the event loop. */
final class ConnectionInfo {
    private static final int NO_DRAW = -1;

    private final Worker worker;
    private final boolean inbound;
    private final long bundleRevision;
    private final long startNanos;
    private final long startMicros;
    private final String localAddress;
    private final String remoteAddress;
    private final @Nullable SocketAddress remote;
    private final EnumSet<ResponseFlag> flags = EnumSet.noneOf(ResponseFlag.class);
    private String details = "";
    private String chain = "";
    private String subset = "";
    private int weightDraw = NO_DRAW;
    private int attempts;
    private @Nullable String termination;
    private @Nullable RuleRef rule;
    private @Nullable Cluster cluster;
    private @Nullable String clusterName;
    private @Nullable EndpointState endpoint;
    private @Nullable String serverName;
    private @Nullable String upstreamLocalAddress;
    private @Nullable String upstreamFailure;
    long bytesReceived;
    long bytesSent;

    /** @param localAddress the address the client meant */
    ConnectionInfo(Worker worker, Channel downstream, String localAddress, boolean inbound, long bundleRevision) {
        this.worker = worker;
        this.inbound = inbound;
        this.bundleRevision = bundleRevision;
        startNanos = worker.clock().nanos();
        startMicros = worker.clock().wallMicros(startNanos);
        this.localAddress = localAddress;
        remote = downstream.remoteAddress();
        remoteAddress = Addresses.hostPort(remote);
    }

    boolean isInbound() {
        return inbound;
    }

    EnumSet<ResponseFlag> flags() {
        return flags;
    }

    void flag(ResponseFlag flag) {
        flags.add(flag);
    }

    /** Address of the client without its port; empty when it has none. */
    String remoteIp() {
        return remote instanceof InetSocketAddress inet ? Addresses.ip(inet) : "";
    }

    void details(String words) {
        details = words;
    }

    void termination(String words) {
        termination = words;
    }

    /** What the client named in its hello; null for nothing. */
    @Nullable
    String serverName() {
        return serverName;
    }

    void serverName(@Nullable String name) {
        serverName = name;
    }

    void chain(String name, @Nullable RuleRef ref) {
        chain = name;
        rule = ref;
    }

    void destined(WeightedCluster chosen, int draw) {
        clusterName = chosen.cluster();
        subset = chosen.subset();
        weightDraw = draw;
    }

    void cluster(Cluster found) {
        cluster = found;
    }

    @Nullable
    Cluster cluster() {
        return cluster;
    }

    @Nullable
    String clusterName() {
        return clusterName;
    }

    void attempted(EndpointState picked) {
        endpoint = picked;
        attempts++;
    }

    @Nullable
    EndpointState endpoint() {
        return endpoint;
    }

    void upstreamLocalAddress(String address) {
        upstreamLocalAddress = address;
    }

    void upstreamFailure(String words) {
        upstreamFailure = words;
    }

    FinishedConnection finish() {
        return new FinishedConnection(
                inbound,
                bundleRevision,
                startMicros,
                worker.clock().nanos() - startNanos,
                flags,
                details,
                termination,
                bytesReceived,
                bytesSent,
                chain,
                rule,
                cluster,
                clusterName,
                endpoint == null ? null : endpoint.endpoint(),
                subset,
                weightDraw,
                attempts,
                serverName,
                upstreamLocalAddress,
                localAddress,
                remoteAddress,
                upstreamFailure);
    }
}
