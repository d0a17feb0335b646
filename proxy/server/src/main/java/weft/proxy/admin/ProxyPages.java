package weft.proxy.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.server.ProxyServer;
import weft.proxy.upstream.Addresses;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.EndpointState;
import weft.routing.cluster.Cluster;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;

/** Pages about what the data plane serves. Thread-safe. */
public final class ProxyPages {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ProxyServer server;

    public ProxyPages(ProxyServer server) {
        this.server = server;
    }

    public List<AdminPage> all() {
        return List.of(
                AdminPage.view(
                        "/config_dump", "rules in service: listeners, routes, clusters (JSON)", this::configDump),
                AdminPage.view("/clusters", "upstream clusters, their endpoints and load", this::clusters),
                AdminPage.view("/routes", "routes by listener and host, first match first", this::routes),
                AdminPage.view("/listeners", "sockets the proxy listens on", this::listeners),
                AdminPage.view("/stats", "counters of the data plane", this::stats));
    }

    private AdminReply configDump(AdminQuery query) {
        ProxySnapshot rules = server.dataPlane().serving().rules();
        ObjectNode dump = JSON.objectNode();
        dump.set("identity", identity(rules.identity()));
        dump.putObject("position")
                .put("revision", rules.position().revision())
                .put("offset", rules.position().offset());
        dump.put("tableHash", rules.tableHash());
        dump.set("listeners", listenersJson(rules));
        ArrayNode clusters = dump.putArray("clusters");
        rules.clusters().values().stream()
                .sorted(Comparator.comparing(Cluster::name))
                .forEach(cluster -> clusters.add(RuleView.cluster(cluster)));
        rules.rateLimits().all().forEach(limit -> dump.withArray("/rateLimits").add(RuleView.rateLimit(limit)));
        ArrayNode rejections = dump.putArray("rejections");
        for (RuleRejection rejection : rules.rejections()) {
            rejections
                    .addObject()
                    .put("key", rejection.key().toString())
                    .put("code", rejection.code())
                    .put("text", rejection.text());
        }
        ArrayNode unbound = dump.putArray("bindFailures");
        server.bindFailures().forEach(unbound::add);
        return AdminReply.json(dump);
    }

    static ObjectNode identity(ProxyIdentity identity) {
        ObjectNode node = JSON.objectNode()
                .put("id", identity.id())
                .put("namespace", identity.namespace())
                .put("mode", identity.mode().name().toLowerCase(Locale.ROOT))
                .put("workload", identity.workload())
                .put("locality", identity.locality());
        ObjectNode labels = node.putObject("labels");
        new TreeMap<>(identity.labels()).forEach(labels::put);
        return node;
    }

    private ArrayNode listenersJson(ProxySnapshot rules) {
        Map<String, InetSocketAddress> bound = server.addresses();
        ArrayNode listeners = JSON.arrayNode();
        for (Listener listener : rules.listeners()) {
            ObjectNode node = listeners
                    .addObject()
                    .put("name", listener.name())
                    .put("direction", listener.direction().name())
                    .put("address", listener.address())
                    .put("port", listener.port());
            InetSocketAddress actual = bound.get(listener.name());
            if (actual != null) {
                node.put("bound", text(actual));
            }
            ObjectNode routes = node.putObject("routes");
            new TreeMap<>(listener.routesByPort())
                    .forEach((port, table) -> routes.set(
                            port == Listener.ANY_PORT ? "*" : port.toString(), RuleView.virtualHosts(table)));
            if (!listener.filterChains().isEmpty()) {
                node.set("filterChains", FilterChainView.json(listener.filterChains()));
            }
        }
        return listeners;
    }

    private static String text(InetSocketAddress address) {
        return Addresses.hostPort(address);
    }

    private AdminReply clusters(AdminQuery query) {
        StringBuilder text = new StringBuilder();
        for (ClusterRuntime cluster : sorted(server.dataPlane().serving())) {
            ClusterText.write(cluster, text);
        }
        return AdminReply.text(text.toString());
    }

    private static List<ClusterRuntime> sorted(ServingSnapshot serving) {
        return serving.clusters().values().stream()
                .sorted(Comparator.comparing(cluster -> cluster.cluster().name()))
                .toList();
    }

    private AdminReply routes(AdminQuery query) {
        StringBuilder text = new StringBuilder();
        for (Listener listener : server.dataPlane().serving().rules().listeners()) {
            new TreeMap<>(listener.routesByPort()).forEach((port, table) -> {
                String at = port == Listener.ANY_PORT ? listener.name() : listener.name() + " port " + port;
                text.append(RouteText.of(at, table));
            });
            if (!listener.filterChains().isEmpty()) {
                text.append(listener.name()).append('\n');
                listener.filterChains()
                        .forEach(chain -> text.append("  ")
                                .append(FilterChainView.line(chain))
                                .append('\n'));
            }
        }
        return AdminReply.text(text.toString());
    }

    private AdminReply listeners(AdminQuery query) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(server.addresses())
                .forEach((name, address) ->
                        text.append(name).append("::").append(text(address)).append('\n'));
        server.bindFailures()
                .forEach(failure -> text.append("failed::").append(failure).append('\n'));
        return AdminReply.text(text.toString());
    }

    private AdminReply stats(AdminQuery query) {
        ServingSnapshot serving = server.dataPlane().serving();
        StringBuilder text = new StringBuilder();
        stat(text, "http.downstream_cx_active", server.connectionCount());
        stat(text, "http.downstream_rq_active", server.dataPlane().activeRequests());
        stat(text, "http.fault.aborts_injected", server.dataPlane().faults().aborts());
        stat(text, "http.fault.active_faults", server.dataPlane().faults().active());
        stat(text, "http.fault.delays_injected", server.dataPlane().faults().delays());
        stat(text, "listener_manager.total_listeners_active", server.addresses().size());
        stat(
                text,
                "listener_manager.listener_create_failure",
                server.bindFailures().size());
        stat(text, "cluster_manager.active_clusters", serving.clusters().size());
        stat(text, "weft.revision", serving.rules().position().revision());
        server.overload().stats().forEach((name, value) -> stat(text, name, value));
        new TreeMap<>(server.rateLimiters().stats()).forEach((name, value) -> stat(text, name, value));
        for (ClusterRuntime cluster : sorted(serving)) {
            String prefix = "cluster." + cluster.cluster().name() + ".";
            List<EndpointState> endpoints = cluster.endpoints();
            stat(text, prefix + "membership_healthy", sum(endpoints, endpoint -> endpoint.isHealthy() ? 1 : 0));
            stat(text, prefix + "membership_total", endpoints.size());
            ClusterText.stats(cluster, (stat, value) -> stat(text, prefix + stat, value));
            stat(text, prefix + "upstream_rq_active", sum(endpoints, EndpointState::activeRequests));
            stat(text, prefix + "upstream_rq_total", sum(endpoints, EndpointState::requests));
        }
        return AdminReply.text(text.toString());
    }

    private static long sum(List<EndpointState> endpoints, ToLongFunction<EndpointState> what) {
        return endpoints.stream().mapToLong(what).sum();
    }

    private static void stat(StringBuilder text, String name, long value) {
        text.append(name).append(": ").append(value).append('\n');
    }
}
