package weft.proxy.server;

import java.util.ArrayList;
import java.util.List;
import weft.proxy.server.Listeners.BindFailure;
import weft.routing.compile.GatewayBindings;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;
import weft.rules.RuleKey;

/** Names the rules that suffer from a listener that cannot be bound. Thread-safe: holds no state. */
final class BindRejections {
    private static final String CODE = "bind_failed";

    private BindRejections() {}

    /** One rejection for each Gateway with a server on such a port; the proxy itself for a sidecar's own sockets. */
    static List<RuleRejection> of(ProxySnapshot snapshot, List<BindFailure> failures) {
        List<RuleRejection> rejections = new ArrayList<>();
        for (BindFailure failure : failures) {
            List<RuleKey> suffering = gateways(snapshot, failure.listener());
            for (RuleKey key : suffering) {
                rejections.add(new RuleRejection(key, CODE, failure.text()));
            }
            if (suffering.isEmpty()) {
                ProxyIdentity self = snapshot.identity();
                rejections.add(
                        new RuleRejection(new RuleKey("Proxy", self.namespace(), self.id()), CODE, failure.text()));
            }
        }
        return rejections;
    }

    private static List<RuleKey> gateways(ProxySnapshot snapshot, String listenerName) {
        for (Listener listener : snapshot.listeners()) {
            if (listener.name().equals(listenerName) && listener.direction() == Listener.Direction.GATEWAY) {
                return GatewayBindings.of(snapshot, listener.port());
            }
        }
        return List.of();
    }
}
