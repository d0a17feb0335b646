package weft.proxy.server;

import java.util.ArrayList;
import java.util.List;
import weft.proxy.server.Listeners.BindFailure;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Gateway;

/** Names the rules that suffer from a listener that cannot be bound. Thread-safe: holds no state. */
final class BindRejections {
    private static final String CODE = "bind_failed";

    private BindRejections() {}

    /** One rejection for each Gateway with a server on such a port; the proxy itself for a sidecar's own sockets. */
    static List<RuleRejection> of(ProxySnapshot snapshot, List<BindFailure> failures) {
        List<RuleRejection> rejections = new ArrayList<>();
        for (BindFailure failure : failures) {
            int before = rejections.size();
            for (Rule rule : snapshot.rules().values()) {
                if (isServedBy(rule, snapshot.identity(), port(snapshot, failure.listener()))) {
                    rejections.add(new RuleRejection(rule.key(), CODE, failure.text()));
                }
            }
            if (rejections.size() == before) {
                ProxyIdentity self = snapshot.identity();
                rejections.add(
                        new RuleRejection(new RuleKey("Proxy", self.namespace(), self.id()), CODE, failure.text()));
            }
        }
        return rejections;
    }

    private static int port(ProxySnapshot snapshot, String listenerName) {
        return snapshot.listeners().stream()
                .filter(listener -> listener.name().equals(listenerName))
                .mapToInt(Listener::port)
                .findFirst()
                .orElse(-1);
    }

    private static boolean isServedBy(Rule rule, ProxyIdentity proxy, int port) {
        return rule.resource() instanceof Gateway gateway
                && proxy.labels()
                        .entrySet()
                        .containsAll(gateway.getSpec().getSelector().entrySet())
                && gateway.getSpec().getServers().stream()
                        .anyMatch(server ->
                                server.getPort() != null && server.getPort().getNumber() == port);
    }
}
