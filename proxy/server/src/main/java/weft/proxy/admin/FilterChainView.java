package weft.proxy.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChainMatch;
import weft.routing.snapshot.NetworkFilter.HttpConnectionManager;
import weft.routing.snapshot.NetworkFilter.TcpProxy;

/** Writes filter chains for people and as JSON, named as in xDS. Thread-safe: holds no state. */
final class FilterChainView {
    private FilterChainView() {}

    static ArrayNode json(List<FilterChain> chains) {
        ArrayNode nodes = JsonNodeFactory.instance.arrayNode();
        for (FilterChain chain : chains) {
            ObjectNode node = nodes.addObject().put("name", chain.name());
            FilterChainMatch match = chain.match();
            ObjectNode when = node.putObject("match");
            if (match.destinationPort() != 0) {
                when.put("destinationPort", match.destinationPort());
            }
            match.destinations()
                    .forEach(range -> when.withArray("/destinations").add(range.toString()));
            match.serverNames().forEach(name -> when.withArray("/serverNames").add(name));
            if (match.tls()) {
                when.put("transportProtocol", "tls");
            }
            node.put("application", chain.application().name());
            if (chain.tls() != null) {
                node.put("tls", chain.tls().mode().name());
            }
            if (chain.filter() instanceof TcpProxy proxy) {
                tcp(node.putObject("tcpProxy"), proxy);
            } else if (chain.filter() instanceof HttpConnectionManager http) {
                node.putObject("httpConnectionManager")
                        .put("name", http.routeConfigName())
                        .set("virtualHosts", RuleView.virtualHosts(http.routes()));
            }
        }
        return nodes;
    }

    private static void tcp(ObjectNode node, TcpProxy proxy) {
        ArrayNode clusters = node.putArray("clusters");
        proxy.clusters()
                .forEach(cluster ->
                        clusters.addObject().put("name", cluster.cluster()).put("weight", cluster.weight()));
        node.put("idleTimeoutMillis", proxy.idleTimeoutMillis());
        node.put("maxConnectionDurationMillis", proxy.maxConnectionDurationMillis());
        if (proxy.rule() != null) {
            node.putObject("rule")
                    .put("key", proxy.rule().key().toString())
                    .put("path", proxy.rule().path())
                    .put("line", proxy.rule().line());
        }
    }

    /** One line: {@code tls a.com,b.com -> outbound|443||a.com}. */
    static String line(FilterChain chain) {
        FilterChainMatch match = chain.match();
        StringBuilder text = new StringBuilder(match.tls() ? "tls" : "tcp");
        if (!match.destinations().isEmpty() || match.destinationPort() != 0) {
            text.append(' ')
                    .append(
                            match.destinations().isEmpty()
                                    ? "*"
                                    : match.destinations().stream()
                                            .map(Object::toString)
                                            .collect(Collectors.joining(",")));
            text.append(match.destinationPort() == 0 ? "" : ":" + match.destinationPort());
        }
        if (!match.serverNames().isEmpty()) {
            text.append(' ').append(String.join(",", match.serverNames()));
        }
        String to = chain.filter() instanceof TcpProxy proxy
                ? proxy.clusters().stream()
                        .map(cluster -> cluster.cluster() + (proxy.clusters().size() > 1 ? " " + cluster.weight() : ""))
                        .collect(Collectors.joining(", "))
                : "routes of " + chain.name();
        return text + " -> " + to;
    }
}
