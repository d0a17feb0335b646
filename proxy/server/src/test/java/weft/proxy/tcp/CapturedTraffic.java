package weft.proxy.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.server.ListenerAddress;
import weft.proxy.server.ProxyServer;
import weft.proxy.testing.RecordingAccessLog;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.TcpSnapshots;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;
import weft.routing.route.HeaderOperations;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.CidrRange;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChain.Application;
import weft.routing.snapshot.FilterChainMatch;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxySnapshot;

/**
 * A sidecar whose workload knows nothing of it: iptables sends its connections here. To be run as root in a network
 * namespace of its own; tells on standard output what each client got.
 */
final class CapturedTraffic {
    private static final String PASSTHROUGH = "PassthroughCluster";
    private static final int SERVED_PORT = 9_000;
    private static final int HTTP_PORT = 9_080;

    private CapturedTraffic() {}

    public static void main(String[] arguments) throws Exception {
        redirect();
        RecordingAccessLog log = new RecordingAccessLog();
        int tcp = serve("127.0.0.1", 0, "by chain\n");
        int http = serve("127.0.0.1", 0, answer("by route"));
        int application = serve("127.0.0.1", 0, "application\n");
        serve("10.1.2.8", SERVED_PORT + 1, "where it meant to go\n");
        serve("10.1.2.8", HTTP_PORT, answer("where it meant to go"));
        try (ProxyServer server = ProxyServer.start(
                Snapshots.SIDECAR, Workers.start(2, 1), ListenerAddress.AS_CONFIGURED, Http1Limits.DEFAULT, log)) {
            server.installer().install(snapshot(tcp, http, application));
            tell("tcp", call("10.1.2.9", SERVED_PORT, ""));
            tell("tcp, version 6", call("fd00::9", SERVED_PORT, ""));
            tell("tcp elsewhere", call("10.1.2.8", SERVED_PORT + 1, ""));
            tell("http", call("10.1.2.9", HTTP_PORT, request("app.test")));
            tell("http elsewhere", call("10.1.2.8", HTTP_PORT, request("other.test")));
            tell("inbound", call("10.1.2.7", 7_000, ""));
            log.awaitConnections(4)
                    .forEach(entry -> System.out.println("logged: " + entry.downstreamLocalAddress() + " "
                            + entry.clusterName() + " " + (entry.inbound() ? "inbound" : "outbound")));
            log.await(2)
                    .forEach(entry -> System.out.println("logged: " + entry.downstreamLocalAddress() + " "
                            + entry.clusterName() + " " + entry.details()));
        }
        System.exit(0);
    }

    private static void redirect() throws IOException, InterruptedException {
        run("ip", "link", "set", "lo", "up");
        for (String address : List.of("10.1.2.7/32", "10.1.2.8/32", "10.1.2.9/32")) {
            run("ip", "addr", "add", address, "dev", "lo");
        }
        run("ip", "addr", "add", "fd00::9/128", "dev", "lo", "nodad");
        String[] others = {"-m", "owner", "!", "--uid-owner", "0", "-j", "REDIRECT", "--to-ports"};
        run(rule("iptables", "10.1.2.7", others, "15006"));
        run(rule("iptables", "10.1.2.8/31", others, "15001"));
        run(rule("ip6tables", "fd00::9", others, "15001"));
    }

    private static String[] rule(String program, String destination, String[] others, String port) {
        return Stream.of(
                        Stream.of(program, "-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-d", destination),
                        Stream.of(others),
                        Stream.of(port))
                .flatMap(part -> part)
                .toArray(String[]::new);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
        return said;
    }

    /** Connects as somebody whose traffic is captured, and returns the last line of what comes back. */
    private static String call(String address, int port, String text) throws IOException, InterruptedException {
        String script = "exec 3<>/dev/tcp/" + address + "/" + port + "; printf '" + text + "' >&3; timeout 5 cat <&3";
        String said = run("setpriv", "--reuid", "65534", "--clear-groups", "bash", "-c", script);
        return said.substring(said.stripTrailing().lastIndexOf('\n') + 1).strip();
    }

    private static void tell(String what, String result) {
        System.out.println(what + ": " + result);
    }

    private static String request(String host) {
        return "GET / HTTP/1.1\\r\\nhost: " + host + "\\r\\nconnection: close\\r\\n\\r\\n";
    }

    private static String answer(String body) {
        return "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    /** Says one thing to everybody who has said something, or says nothing within a moment; returns the port. */
    private static int serve(String address, int port, String text) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        Thread thread = new Thread(() -> {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.setSoTimeout(200);
                    readSome(socket.getInputStream());
                    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    System.out.println("server: " + e);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server.getLocalPort();
    }

    private static void readSome(InputStream in) throws IOException {
        try {
            in.read(new byte[4_096]);
        } catch (java.net.SocketTimeoutException silent) {
            // a client that waits for the server's word
        }
    }

    private static ProxySnapshot snapshot(int tcp, int http, int application) {
        Cluster byChain = cluster("v1", tcp);
        Cluster byRoute = cluster("http", http);
        Cluster own = cluster("own", application);
        Listener outbound = new Listener(
                "virtualOutbound",
                "::",
                15_001,
                Listener.Direction.OUTBOUND,
                Map.of(
                        HTTP_PORT,
                        table(host("app.test", Snapshots.name("http")), host("*", PASSTHROUGH)),
                        Listener.ANY_PORT,
                        table(host("*", PASSTHROUGH))),
                List.of(
                        chain("10.1.2.9/32", SERVED_PORT, Snapshots.name("v1"), Application.OPAQUE),
                        chain("fd00::9/128", SERVED_PORT, Snapshots.name("v1"), Application.OPAQUE),
                        chain("", SERVED_PORT, PASSTHROUGH, Application.UNKNOWN),
                        chain("", 0, PASSTHROUGH, Application.UNKNOWN)));
        Listener inbound = new Listener(
                "0.0.0.0_15006",
                "0.0.0.0",
                15_006,
                Listener.Direction.INBOUND,
                Map.of(),
                List.of(chain("", 7_000, Snapshots.name("own"), Application.OPAQUE)));
        List<Cluster> clusters = new ArrayList<>(List.of(byChain, byRoute, own));
        clusters.add(new Cluster(
                PASSTHROUGH,
                PASSTHROUGH,
                "",
                0,
                "",
                Cluster.Discovery.ORIGINAL_DST,
                List.of(),
                LoadBalancing.of(Cluster.LbPolicy.PASSTHROUGH),
                ConnectionPoolSettings.DEFAULT));
        return new ProxySnapshot(
                new LogPosition(1, 1),
                Snapshots.SIDECAR,
                List.of(outbound, inbound),
                clusters.stream().collect(Collectors.toMap(Cluster::name, cluster -> cluster)),
                List.of(),
                "hash");
    }

    private static Cluster cluster(String subset, int port) {
        Endpoint endpoint = Snapshots.endpoint(port);
        return Snapshots.cluster(subset, endpoint);
    }

    private static WeightedCluster to(String cluster) {
        return new WeightedCluster(cluster, "", "", 1, HeaderOperations.NONE, HeaderOperations.NONE);
    }

    private static RouteTable table(VirtualHost... hosts) {
        return new RouteTable(List.of(hosts));
    }

    private static VirtualHost host(String domain, String cluster) {
        Snapshots.Action action = Snapshots.Action.to("http").weighted(to(cluster));
        return new VirtualHost(
                domain, List.of(domain), List.of(Snapshots.route(RouteMatch.ANY, action.forward())), false);
    }

    private static FilterChain chain(String block, int port, String cluster, Application application) {
        List<CidrRange> blocks = block.isEmpty() ? List.of() : List.of(Objects.requireNonNull(CidrRange.parse(block)));
        FilterChainMatch match = new FilterChainMatch(port, blocks, List.of(), false);
        return new FilterChain("chain", match, null, TcpSnapshots.to(to(cluster)), application);
    }
}
