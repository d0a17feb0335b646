package weft.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import weft.schema.DestinationRule;
import weft.schema.Gateway;
import weft.schema.ServiceEntry;
import weft.schema.VirtualService;

/** Which hosts a rule speaks for: those it routes, shapes, defines or serves; not those it sends traffic to. Pure. */
public final class HostClaims {
    private HostClaims() {}

    /** Hosts in lower case, full where Istio completes them; a wildcard as {@code *.example.com} or {@code *}. */
    public static List<String> of(Rule rule) {
        List<String> hosts = new ArrayList<>();
        if (rule.resource() instanceof VirtualService service) {
            hosts.addAll(service.getSpec().getHosts());
        } else if (rule.resource() instanceof DestinationRule destination) {
            hosts.add(destination.getSpec().getHost());
        } else if (rule.resource() instanceof ServiceEntry entry) {
            hosts.addAll(entry.getSpec().getHosts());
        } else if (rule.resource() instanceof Gateway gateway) {
            gateway.getSpec()
                    .getServers()
                    .forEach(server ->
                            server.getHosts().forEach(host -> hosts.add(host.substring(host.indexOf('/') + 1))));
        }
        return hosts.stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .map(host -> host.isEmpty() || host.equals("*") || host.indexOf('.') >= 0
                        ? host
                        : host + "." + rule.key().namespace() + Ownership.CLUSTER_SUFFIX)
                .filter(host -> !host.isEmpty())
                .toList();
    }
}
