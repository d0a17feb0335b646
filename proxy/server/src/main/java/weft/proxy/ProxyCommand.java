package weft.proxy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import weft.proxy.overload.OpenFiles;
import weft.proxy.overload.OverloadLimits;
import weft.routing.http.PathNormalization;
import weft.routing.snapshot.ProxyIdentity.Mode;

/** The command line of the proxy. */
@Command(
        name = "weft proxy",
        mixinStandardHelpOptions = true,
        version = "weft proxy",
        sortOptions = false,
        usageHelpWidth = 110,
        header = {
            "Moves traffic by the rules of the mesh, which it reads from Kafka.",
            "",
            "Examples:",
            "  weft proxy --mode gateway --labels istio=ingressgateway --bind-port 80=8080",
            "  weft proxy --mode sidecar --id reviews-1 --workload reviews-v1 --labels app=reviews,version=v1 \\",
            "      --inbound 15006:127.0.0.1:9080 --outbound 127.0.0.1:15001 --tcp-listen 3306=db:3306",
            ""
        },
        description = {
            "",
            "Each option may come from the environment: --bind-port from WEFT_BIND_PORT, and so on; several values are"
                    + " separated by commas. WEFT_LOG_FORMAT (text, json) and WEFT_LOG_LEVEL choose what is logged.",
            ""
        },
        footer = {
            "",
            "Without Kafka the proxy serves the rules it saved last, and goes on trying.",
            "SIGTERM ends it gracefully: not ready, no new connections, requests in flight get --drain to end.",
            "",
            "Exit codes: 0 ended as asked, 1 failed, 64 wrong command line, 69 admin or readiness port taken."
        })
final class ProxyCommand implements Callable<Integer> {
    @Option(names = "--mode", paramLabel = "gateway|sidecar", description = "what it does (default: gateway)")
    Mode mode = Mode.GATEWAY;

    @Option(names = "--id", paramLabel = "ID", description = "unique in the mesh (default: workload and host name)")
    @Nullable
    String id;

    @Option(names = "--namespace", paramLabel = "NS", description = "of the workload (default: default)")
    String namespace = "default";

    @Option(
            names = "--labels",
            paramLabel = "K=V",
            split = ",",
            description = "of the workload, or of the gateway for Gateway.selector")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--workload", paramLabel = "NAME", description = "name for telemetry (default: the id)")
    @Nullable
    String workload;

    @Option(names = "--service-account", paramLabel = "NAME", description = "(default: default)")
    String serviceAccount = "default";

    @Option(names = "--locality", paramLabel = "R/Z/S", description = "region/zone/subzone")
    String locality = "";

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "brokers (default: 127.0.0.1:9092)")
    @Nullable
    String kafka;

    @Option(names = "--kafka-config", paramLabel = "FILE", description = "Kafka client properties, as for SASL and TLS")
    @Nullable
    Path kafkaConfig;

    @Option(
            names = "--schema-registry",
            paramLabel = "URL",
            defaultValue = "${env:WEFT_SCHEMA_REGISTRY}",
            description = "write telemetry in Confluent's wire format, with the ids of this registry (default:"
                    + " WEFT_SCHEMA_REGISTRY, else schema.registry.url of --kafka-config)")
    @Nullable
    String schemaRegistry;

    @Option(names = "--topic-prefix", paramLabel = "PREFIX", description = "of the topic names (default: weft)")
    String topicPrefix = "weft";

    @Option(
            names = "--trusted-keys",
            paramLabel = "FILE|DIR",
            description = "public keys, as PEM: only bundles signed with one of them count (default: all count)")
    @Nullable
    Path trustedKeys;

    @Option(
            names = "--ownership",
            paramLabel = "FILE",
            description = "properties: hosts.NAMESPACE = HOST,*.HOST and keys.NAMESPACE = KEY; a rule for a host of"
                    + " another namespace has no effect (default: any rule may name any host)")
    @Nullable
    Path ownership;

    @Option(names = "--admin", paramLabel = "HOST:PORT", description = "admin endpoint (default: 127.0.0.1:15000)")
    HostPort admin = new HostPort("127.0.0.1", 15_000);

    @Option(
            names = "--ready",
            paramLabel = "HOST:PORT",
            description = "readiness, /healthz/ready (default: 127.0.0.1:15021)")
    HostPort ready = new HostPort("127.0.0.1", 15_021);

    @Option(
            names = "--outbound",
            paramLabel = "HOST:PORT",
            description = "sidecar: takes the workload's outgoing requests, and all connections that iptables redirects"
                    + " here (default: 127.0.0.1:15001)")
    HostPort outbound = new HostPort("127.0.0.1", 15_001);

    @Option(
            names = "--tcp-listen",
            split = ",",
            paramLabel = "[ADDRESS:]PORT=HOST:PORT",
            description = "sidecar: takes connections to one port of a service, whatever they carry, and relays them by"
                    + " the tcp and tls rules of HOST, as 9000=tcp-echo:9000 (ADDRESS defaults to 127.0.0.1);"
                    + " repeatable")
    List<TcpListenOption> tcpListen = List.of();

    @Option(
            names = "--inbound",
            split = ",",
            paramLabel = "BIND_PORT:HOST:PORT[:SERVICE_PORT]",
            description =
                    "sidecar: takes traffic for the workload and hands it to HOST:PORT; repeatable, and for several"
                            + " ports on one BIND_PORT when iptables redirects to it")
    List<InboundOption> inbound = List.of();

    @Option(
            names = "--workload-group",
            paramLabel = "[NS/]NAME",
            description =
                    "sidecar: registers its workload as a member of this WorkloadGroup, by its template and probe,"
                            + " and says so when it drains")
    @Nullable
    String workloadGroup;

    @Option(
            names = "--address",
            paramLabel = "IP",
            description =
                    "where others reach the workload that is registered (default: the address of this host's name)")
    @Nullable
    String address;

    @Option(
            names = "--bind-port",
            split = ",",
            paramLabel = "PORT=OTHER",
            description = "gateway: listen on OTHER where a Gateway says PORT; repeatable")
    Map<Integer, Integer> bindPorts = Map.of();

    @Option(
            names = "--bind-address",
            paramLabel = "IP",
            description = "address to listen on where rules say none (default: 0.0.0.0)")
    String bindAddress = "0.0.0.0";

    @Option(
            names = "--path-normalization",
            paramLabel = "none|base|merge_slashes|decode_and_merge_slashes",
            description = "how paths are made canonical before rules see them; one value in a mesh (default: base)")
    PathNormalization pathNormalization = PathNormalization.BASE;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "keeps the last rules (default: ~/.weft/proxy/ID)")
    @Nullable
    Path dataDir;

    @Option(
            names = "--accept-new-log",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "follow a rules topic that was lost and begun anew, though its rules are older than those in"
                    + " service; for one restart after such a loss, else a topic lost by mistake would take all"
                    + " rules away (default: the rules in service stay, and the proxy reports DEGRADED)")
    boolean acceptNewLog;

    @Option(names = "--threads", paramLabel = "N", description = "event loops (default: number of processors)")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--dns-server",
            paramLabel = "ADDRESS[:PORT]",
            split = ",",
            description =
                    "asked for the addresses of hosts, in this order; repeatable (default: those of /etc/resolv.conf)")
    List<String> dnsServers = List.of();

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "of clients; more are closed at once (default: half of the files the process may open)")
    int maxConnections = OverloadLimits.defaultConnections(OpenFiles.most());

    @Option(
            names = "--max-requests",
            paramLabel = "N",
            description = "in flight; more get 503 (default: as many as connections)")
    int maxRequests;

    @Option(
            names = "--max-memory",
            paramLabel = "PERCENT",
            description = "of the heap, and of direct memory, from which on requests get 503 (default: 95)")
    int maxMemory = 95;

    @Option(
            names = "--stream-idle-timeout",
            paramLabel = "5m",
            description =
                    "how long nothing may move on a request, either way, before it is answered 408 or 504 (default:"
                            + " as long as it likes)")
    DrainTime streamIdleTimeout = new DrainTime(0);

    @Option(
            names = "--drain",
            paramLabel = "5s",
            description = "how long requests in flight may take to end on SIGTERM (default: 5s)")
    DrainTime drain = new DrainTime(5_000);

    @Override
    public Integer call() throws Exception {
        ProxySettings settings = ProxySettings.of(this);
        ProxyProcess process = ProxyProcess.start(settings);
        // A JVM that ends by a signal reports it as a failure; this end is the one that was asked for.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            process.stop();
                            Runtime.getRuntime().halt(ExitCode.OK);
                        },
                        "shutdown"));
        process.awaitQuit();
        process.stop();
        return ExitCode.OK;
    }
}
