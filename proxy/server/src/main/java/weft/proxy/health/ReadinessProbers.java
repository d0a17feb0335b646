package weft.proxy.health;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import weft.proxy.upstream.HostResolver;
import weft.proxy.upstream.UpstreamConnector;
import weft.routing.cluster.HealthProbe;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.schema.ExecHealthCheckConfig;
import weft.schema.GrpcHealthCheckConfig;
import weft.schema.HTTPHealthCheckConfig;
import weft.schema.ReadinessProbe;
import weft.schema.TCPHealthCheckConfig;

/** Makes what asks a workload by the probe of its WorkloadGroup. Thread-safe: functions only. */
final class ReadinessProbers {
    private static final StatusRange READY = new StatusRange(200, 399);

    private ReadinessProbers() {}

    static Prober of(ReadinessProbe probe, ReadinessCheck.Reach reach, long timeoutMillis) {
        HTTPHealthCheckConfig http = probe.getHttpGet();
        TCPHealthCheckConfig tcp = probe.getTcpSocket();
        GrpcHealthCheckConfig grpc = probe.getGrpc();
        ExecHealthCheckConfig exec = probe.getExec();
        if (http != null) {
            UpstreamConnector connector =
                    http.getScheme().equals("HTTPS") ? reach.connector().over(trustingAnyone()) : reach.connector();
            return at(
                    http.getHost(),
                    (int) http.getPort(),
                    reach,
                    to -> new HttpProber(question(http, to), connector, target(reach, to, timeoutMillis)));
        }
        if (grpc != null) {
            InetSocketAddress to = reach.local().apply((int) grpc.getPort());
            HealthProbe.Grpc call = new HealthProbe.Grpc(grpc.getService(), to.getHostString());
            return new GrpcProber(call, target(reach, to, timeoutMillis));
        }
        if (exec != null) {
            return new ExecProber(exec.getCommand(), reach.worker().eventLoop());
        }
        return at(
                tcp == null ? "" : tcp.getHost(),
                tcp == null ? 0 : (int) tcp.getPort(),
                reach,
                to -> new TcpProber(new HealthProbe.Tcp("", List.of()), target(reach, to, timeoutMillis)));
    }

    private static ProbeTarget target(ReadinessCheck.Reach reach, InetSocketAddress to, long timeoutMillis) {
        return new ProbeTarget(reach.worker(), reach.channelType(), to, timeoutMillis);
    }

    /** By the workload's own address where no host is named. */
    private static Prober at(
            String host, int port, ReadinessCheck.Reach reach, Function<InetSocketAddress, Prober> prober) {
        if (host.isEmpty()) {
            return prober.apply(reach.local().apply(port));
        }
        InetSocketAddress literal = HostResolver.literal(host, port);
        return literal != null
                ? prober.apply(literal)
                : new NamedProber(host, port, reach.resolver(), reach.worker().eventLoop(), prober);
    }

    private static HealthProbe.Http question(HTTPHealthCheckConfig http, InetSocketAddress to) {
        Map<String, String> headers = new HashMap<>();
        http.getHttpHeaders()
                .forEach(header -> headers.put(header.getName().toLowerCase(Locale.ROOT), header.getValue()));
        @Nullable String host = headers.remove("host");
        return new HealthProbe.Http(
                "GET",
                http.getPath().isEmpty() ? "/" : http.getPath(),
                host == null ? to.getHostString() + ":" + to.getPort() : host,
                List.of(READY),
                List.of(),
                headers);
    }

    /** As Kubernetes' probes: it is asked whether the workload answers, not who it is. */
    private static SslContext trustingAnyone() {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("no TLS in this Java", e);
        }
    }
}
