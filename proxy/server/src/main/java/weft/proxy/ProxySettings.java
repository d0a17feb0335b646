package weft.proxy;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weft.log.TopicNames;
import weft.log.TrustedKeys;
import weft.log.registry.SchemaRegistry;
import weft.proxy.control.WorkloadRegistrar;
import weft.proxy.overload.OverloadLimits;
import weft.proxy.server.ListenerAddress;
import weft.proxy.upstream.HostResolver;
import weft.routing.http.Authority;
import weft.routing.http.PathNormalization;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.rules.Ownership;
import weft.rules.RuleKey;

/**
 * What the command line says, checked and complete. Immutable.
 *
 * @param kafka client properties
 * @param trusted keys whose bundles count, and who owns what
 * @param acceptNewLog whether a log that began anew may replace newer rules
 * @param streamIdleMillis how long nothing may move on a request; 0 for as long as it likes
 * @param overload how much the proxy takes on
 * @param dnsServers who is asked for host names; null for those that the machine asks
 * @param membership the WorkloadGroup this sidecar registers itself in, null for none
 */
record ProxySettings(
        ProxyIdentity identity,
        Map<String, Object> kafka,
        TopicNames topics,
        TrustedKeys trusted,
        HostPort admin,
        HostPort ready,
        ListenerAddress listeners,
        Path dataDirectory,
        boolean acceptNewLog,
        int threads,
        long drainMillis,
        long streamIdleMillis,
        PathNormalization paths,
        OverloadLimits overload,
        @Nullable List<InetSocketAddress> dnsServers,
        WorkloadRegistrar.@Nullable Membership membership) {
    private static final String BOOTSTRAP = "bootstrap.servers";
    private static final String DEFAULT_KAFKA = "127.0.0.1:9092";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");
    private static final int DNS_PORT = 53;
    private static final int MAX_THREADS = 256;
    private static final int WHOLE = 100;

    static ProxySettings of(ProxyCommand command) throws StartFailure {
        String id = command.id != null ? command.id : defaultId(command);
        check("--id", id);
        check("--namespace", command.namespace);
        check("--topic-prefix", command.topicPrefix);
        if (command.threads < 1 || command.threads > MAX_THREADS) {
            throw usage("--threads: " + command.threads + " (expected: 1 to " + MAX_THREADS + ")");
        }
        if (command.mode == Mode.GATEWAY && !command.inbound.isEmpty()) {
            throw usage("--inbound is for sidecars (add --mode sidecar)");
        }
        if (command.mode == Mode.GATEWAY && !command.tcpListen.isEmpty()) {
            throw usage("--tcp-listen is for sidecars (add --mode sidecar)");
        }
        return new ProxySettings(
                identity(command, id),
                kafka(command),
                new TopicNames(command.topicPrefix),
                trusted(command.trustedKeys, command.ownership),
                command.admin,
                command.ready,
                new ListenerAddress(command.bindAddress, command.bindPorts),
                command.dataDir != null
                        ? command.dataDir
                        : Path.of(System.getProperty("user.home"), ".weft", "proxy", id),
                command.acceptNewLog,
                command.threads,
                command.drain.millis(),
                command.streamIdleTimeout.millis(),
                command.pathNormalization,
                overload(command),
                dnsServers(command),
                membership(command));
    }

    private static OverloadLimits overload(ProxyCommand command) throws StartFailure {
        if (command.maxConnections < 1) {
            throw usage("--max-connections: " + command.maxConnections + " (expected: 1 or more)");
        }
        if (command.maxRequests < 0) {
            throw usage("--max-requests: " + command.maxRequests + " (expected: 1 or more)");
        }
        if (command.maxMemory < 1 || command.maxMemory > WHOLE) {
            throw usage("--max-memory: " + command.maxMemory + " (expected: 1 to 100)");
        }
        return new OverloadLimits(
                command.maxConnections,
                command.maxRequests == 0 ? command.maxConnections : command.maxRequests,
                command.maxMemory / (double) WHOLE);
    }

    private static @Nullable List<InetSocketAddress> dnsServers(ProxyCommand command) throws StartFailure {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String text : command.dnsServers) {
            boolean isBare = NetUtil.isValidIpV6Address(text);
            int port = isBare ? DNS_PORT : Authority.port(text, DNS_PORT);
            InetSocketAddress server = HostResolver.literal(isBare ? text : Authority.host(text), port);
            if (server == null || port < 1) {
                throw usage("--dns-server: \"" + text + "\" (expected: an IP address, or ADDRESS:PORT)");
            }
            servers.add(server);
        }
        return servers.isEmpty() ? null : servers;
    }

    private static WorkloadRegistrar.@Nullable Membership membership(ProxyCommand command) throws StartFailure {
        String group = command.workloadGroup;
        if (group == null) {
            return null;
        }
        if (command.mode == Mode.GATEWAY) {
            throw usage("--workload-group is for sidecars (add --mode sidecar)");
        }
        int slash = group.indexOf('/');
        String namespace = slash < 0 ? command.namespace : group.substring(0, slash);
        String name = group.substring(slash + 1);
        if (!NAME.matcher(namespace).matches() || !NAME.matcher(name).matches()) {
            throw usage("--workload-group: \"" + group + "\" (expected: NAMESPACE/NAME or NAME)");
        }
        return new WorkloadRegistrar.Membership(new RuleKey("WorkloadGroup", namespace, name), address(command));
    }

    private static String address(ProxyCommand command) throws StartFailure {
        String address = command.address;
        if (address == null) {
            try {
                address = InetAddress.getLocalHost().getHostAddress();
            } catch (UnknownHostException e) {
                throw usage("--address: this host's own is not known (expected: an IP address)");
            }
        }
        if (!NetUtil.isValidIpV4Address(address) && !NetUtil.isValidIpV6Address(address)) {
            throw usage("--address: \"" + address + "\" (expected: an IP address)");
        }
        return address;
    }

    private static ProxyIdentity identity(ProxyCommand command, String id) {
        List<InboundPort> inbound = command.inbound.stream()
                .map(one ->
                        new InboundPort(command.bindAddress, one.bindPort(), one.servicePort(), one.host(), one.port()))
                .toList();
        return new ProxyIdentity(
                id,
                command.namespace,
                command.labels,
                command.locality,
                command.serviceAccount,
                command.workload != null ? command.workload : id,
                command.mode,
                inbound,
                command.mode == Mode.SIDECAR
                        ? new OutboundSocket(command.outbound.host(), command.outbound.port())
                        : null,
                command.tcpListen.stream().map(TcpListenOption::socket).toList());
    }

    private static String defaultId(ProxyCommand command) {
        @Nullable String workload = command.workload;
        String name = workload != null ? workload : command.mode == Mode.GATEWAY ? "gateway" : "sidecar";
        try {
            return name + "-" + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return name;
        }
    }

    private static Map<String, Object> kafka(ProxyCommand command) throws StartFailure {
        Map<String, Object> properties = new HashMap<>();
        if (command.kafkaConfig != null) {
            load(command.kafkaConfig, properties);
        }
        if (command.kafka != null) {
            properties.put(BOOTSTRAP, command.kafka);
        }
        properties.putIfAbsent(BOOTSTRAP, DEFAULT_KAFKA);
        try {
            SchemaRegistry.configure(command.schemaRegistry, properties);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        return Map.copyOf(properties);
    }

    private static TrustedKeys trusted(@Nullable Path keys, @Nullable Path ownership) throws StartFailure {
        try {
            TrustedKeys trusted = keys == null ? TrustedKeys.NONE : TrustedKeys.load(keys);
            return ownership == null ? trusted : trusted.within(Ownership.load(ownership));
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private static void load(Path file, Map<String, Object> into) throws StartFailure {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw usage("--kafka-config " + file + ": no such file");
        } catch (IOException | IllegalArgumentException e) {
            throw usage("--kafka-config " + file + ": " + e.getMessage());
        }
        properties.stringPropertyNames().forEach(name -> into.put(name, properties.getProperty(name)));
    }

    private static void check(String option, String name) throws StartFailure {
        if (!NAME.matcher(name).matches()) {
            throw usage(option + ": \"" + name + "\" (expected: letters, digits, '.', '_' and '-')");
        }
    }

    private static StartFailure usage(String text) {
        return new StartFailure(ExitCode.USAGE, text);
    }
}
