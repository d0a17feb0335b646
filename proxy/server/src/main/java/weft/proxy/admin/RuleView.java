package weft.proxy.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LocalityBalancing;
import weft.routing.cluster.OutlierDetection;
import weft.routing.cluster.RetryBudget;
import weft.routing.cluster.TcpKeepalive;
import weft.routing.ratelimit.RateLimit;
import weft.routing.route.DirectResponse;
import weft.routing.route.Forward;
import weft.routing.route.HeaderOperations;
import weft.routing.route.Redirect;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.StringMatcher;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;

/** Writes compiled rules as JSON, named as in xDS. Thread-safe: holds no state. */
final class RuleView {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private RuleView() {}

    static ArrayNode virtualHosts(RouteTable table) {
        ArrayNode hosts = JSON.arrayNode();
        for (VirtualHost host : table.virtualHosts()) {
            ObjectNode node = hosts.addObject().put("name", host.name());
            ArrayNode domains = node.putArray("domains");
            host.domains().forEach(domains::add);
            if (host.requireTls()) {
                node.put("requireTls", true);
            }
            ArrayNode routes = node.putArray("routes");
            host.routes().forEach(route -> routes.add(route(route)));
        }
        return hosts;
    }

    private static ObjectNode route(Route route) {
        ObjectNode node = JSON.objectNode().put("name", route.name());
        node.set("match", match(route.match()));
        if (route.action() instanceof Forward forward) {
            node.set("route", forward(forward));
        } else if (route.action() instanceof Redirect redirect) {
            node.put("redirect", redirect.toString());
        } else if (route.action() instanceof DirectResponse direct) {
            node.putObject("directResponse").put("status", direct.status()).put("bodyBytes", direct.body().length);
        }
        putOperations(node, "requestHeaders", route.requestHeaders());
        putOperations(node, "responseHeaders", route.responseHeaders());
        if (route.rule() != null) {
            node.putObject("rule")
                    .put("key", route.rule().key().toString())
                    .put("path", route.rule().path())
                    .put("line", route.rule().line());
        }
        return node;
    }

    private static ObjectNode match(RouteMatch match) {
        ObjectNode node = JSON.objectNode();
        putMatcher(node, "path", match.path());
        putMatcher(node, "method", match.method());
        putMatcher(node, "scheme", match.scheme());
        putMatcher(node, "authority", match.authority());
        for (RouteMatch.HeaderMatch header : match.headers()) {
            String kind = header.invert() ? "withoutHeaders" : "headers";
            node.withObject("/" + kind).put(header.name(), text(header.value()));
        }
        for (RouteMatch.QueryMatch query : match.queryParams()) {
            node.withObject("/queryParams").put(query.name(), text(query.value()));
        }
        return node;
    }

    private static void putMatcher(ObjectNode node, String field, @Nullable StringMatcher matcher) {
        if (matcher != null) {
            node.put(field, text(matcher));
        }
    }

    /** As people write it: {@code prefix /api}. */
    static String text(StringMatcher matcher) {
        if (matcher instanceof StringMatcher.Exact exact) {
            return "exact " + exact.expected() + (exact.ignoreCase() ? " (any case)" : "");
        }
        if (matcher instanceof StringMatcher.Prefix prefix) {
            return "prefix " + prefix.prefix() + (prefix.ignoreCase() ? " (any case)" : "");
        }
        if (matcher instanceof StringMatcher.Regex regex) {
            return "regex " + regex.pattern().pattern();
        }
        return "present";
    }

    private static ObjectNode forward(Forward forward) {
        ObjectNode node = JSON.objectNode();
        ArrayNode clusters = node.putArray("clusters");
        for (WeightedCluster cluster : forward.clusters()) {
            clusters.addObject().put("name", cluster.cluster()).put("weight", cluster.weight());
        }
        putText(node, "rewrite", forward.rewrite());
        putText(node, "authorityRewrite", forward.authorityRewrite());
        putText(node, "fault", forward.fault());
        if (forward.timeoutMillis() > 0) {
            node.put("timeoutMillis", forward.timeoutMillis());
        }
        if (forward.retries().attempts() > 0) {
            ObjectNode retries =
                    node.putObject("retries").put("attempts", forward.retries().attempts());
            ArrayNode on = retries.putArray("retryOn");
            forward.retries().conditions().stream()
                    .map(condition -> condition.word())
                    .sorted()
                    .forEach(on::add);
            forward.retries().statusCodes().stream().sorted().forEach(on::add);
            retries.put("perTryTimeoutMillis", forward.retries().perTryTimeoutMillis());
        }
        if (!forward.mirrors().isEmpty()) {
            ArrayNode mirrors = node.putArray("mirrors");
            forward.mirrors()
                    .forEach(mirror -> mirrors.addObject()
                            .put("cluster", mirror.cluster())
                            .put("percentage", mirror.percentage()));
        }
        return node;
    }

    private static void putOperations(ObjectNode node, String field, HeaderOperations operations) {
        if (!operations.isEmpty()) {
            ObjectNode edits = node.putObject(field);
            operations.remove().forEach(name -> edits.withArray("/remove").add(name));
            operations.set().forEach(set -> edits.withObject("/set").put(set.name(), set.value()));
            operations.add().forEach(add -> edits.withObject("/add").put(add.name(), add.value()));
        }
    }

    private static void putText(ObjectNode node, String field, @Nullable Object value) {
        if (value != null) {
            node.put(field, value.toString());
        }
    }

    static ObjectNode rateLimit(RateLimit limit) {
        ObjectNode node = JSON.objectNode()
                .put("id", limit.id())
                .put("requests", limit.quota().requests())
                .put("perMillis", limit.quota().perMillis())
                .put("burst", limit.quota().burst())
                .put("mode", limit.isShadow() ? "SHADOW" : "ENFORCE")
                .put("scope", limit.isGlobal() ? "GLOBAL" : "LOCAL");
        limit.keys().forEach(key -> node.withArray("/keys").add(key.toString()));
        limit.matches().forEach(match -> node.withArray("/match").add(match(match)));
        return node;
    }

    private static void putBalancing(ObjectNode node, LoadBalancing balancing) {
        node.put("healthyPanicPercent", balancing.healthyPanicPercent());
        if (balancing.hash() != null) {
            node.put("hash", balancing.hash().key().text());
            node.put("hashTableSize", balancing.hash().tableSize());
        }
        if (balancing.locality() != LocalityBalancing.ANYWHERE) {
            node.put("locality", balancing.locality().text());
        }
        if (balancing.warmup() != null) {
            node.putObject("warmup")
                    .put("durationMillis", balancing.warmup().durationMillis())
                    .put("minimumPercent", balancing.warmup().minimumPercent())
                    .put("aggression", balancing.warmup().aggression());
        }
    }

    static ObjectNode cluster(Cluster cluster) {
        ObjectNode node = JSON.objectNode()
                .put("name", cluster.name())
                .put("service", cluster.service())
                .put("type", cluster.discovery().name())
                .put("lbPolicy", cluster.lbPolicy().name());
        putBalancing(node, cluster.loadBalancing());
        ConnectionPoolSettings pool = cluster.connectionPool();
        ObjectNode settings = node.putObject("connectionPool");
        settings.put("maxConnections", pool.maxConnections())
                .put("connectTimeoutMillis", pool.connectTimeoutMillis())
                .put("maxPendingRequests", pool.maxPendingRequests())
                .put("maxRequests", pool.maxRequests())
                .put("maxRequestsPerConnection", pool.maxRequestsPerConnection())
                .put("maxRetries", pool.maxRetries())
                .put("idleTimeoutMillis", pool.idleTimeoutMillis())
                .put("maxConnectionDurationMillis", pool.maxConnectionDurationMillis());
        TcpKeepalive keepalive = pool.tcpKeepalive();
        if (keepalive != null) {
            settings.putObject("tcpKeepalive")
                    .put("probes", keepalive.probes())
                    .put("idleSeconds", keepalive.idleSeconds())
                    .put("intervalSeconds", keepalive.intervalSeconds());
        }
        RetryBudget budget = pool.retryBudget();
        if (budget != null) {
            settings.putObject("retryBudget")
                    .put("percent", budget.percent())
                    .put("minRetryConcurrency", budget.minRetryConcurrency())
                    .put("intervalMillis", budget.intervalMillis());
        }
        if (cluster.outlierDetection() != null) {
            node.set("outlierDetection", outlierDetection(cluster.outlierDetection()));
        }
        ArrayNode endpoints = node.putArray("endpoints");
        for (Endpoint endpoint : cluster.endpoints()) {
            ObjectNode one =
                    endpoints.addObject().put("address", endpoint.hostPort()).put("weight", endpoint.weight());
            endpoint.labels().forEach((name, value) -> one.withObject("/labels").put(name, value));
        }
        return node;
    }

    private static ObjectNode outlierDetection(OutlierDetection outlier) {
        ObjectNode node = JSON.objectNode()
                .put("consecutive5xx", outlier.consecutive5xx())
                .put("consecutiveGatewayFailure", outlier.consecutiveGatewayFailure())
                .put("splitExternalLocalOriginErrors", outlier.splitExternalLocalOriginErrors())
                .put("consecutiveLocalOriginFailure", outlier.consecutiveLocalOriginFailure())
                .put("intervalMillis", outlier.intervalMillis())
                .put("baseEjectionMillis", outlier.baseEjectionMillis())
                .put("maxEjectionPercent", outlier.maxEjectionPercent());
        outlier.errorCodes().stream()
                .sorted()
                .forEach(code -> node.withArray("/errorCodes").add(code));
        return node;
    }
}
