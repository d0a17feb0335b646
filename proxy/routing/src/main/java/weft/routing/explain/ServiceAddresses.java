package weft.routing.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.http.Authority;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.snapshot.CidrRange;
import weft.routing.snapshot.ProxySnapshot;
import weft.rules.Rule;

/**
 * The address that a client resolves a service's name to, which tells services apart where no header does. Immutable.
 */
final class ServiceAddresses {
    private static final String SERVICE_SUFFIX = ".svc." + HostNames.DEFAULT_DOMAIN;

    private final String namespace;
    private final Map<String, String> byHost = new HashMap<>();

    ServiceAddresses(ProxySnapshot snapshot) {
        this.namespace = snapshot.identity().namespace();
        Map<String, List<Rule>> byKind = new HashMap<>();
        for (Rule rule : snapshot.rules().values()) {
            if (ServiceDocuments.KINDS.contains(rule.key().kind())) {
                byKind.computeIfAbsent(rule.key().kind(), kind -> new ArrayList<>())
                        .add(rule);
            }
        }
        byKind.values().forEach(rules -> rules.sort(Rule.OLDEST_FIRST));
        for (Service service : new ServiceDocuments(kind -> byKind.getOrDefault(kind, List.of())).all()) {
            for (String address : service.addresses()) {
                if (address.indexOf('/') < 0) {
                    byHost.putIfAbsent(service.host().toLowerCase(Locale.ROOT), address);
                }
            }
        }
    }

    /** 16 bytes of the address an authority means, null when nothing is known of it. */
    byte @Nullable [] of(String authority) {
        String host = Authority.host(authority).toLowerCase(Locale.ROOT);
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        CidrRange literal = CidrRange.parse(bare);
        if (literal != null) {
            return bytes(literal);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String unique = HostNames.resolve(name, namespace);
        for (String full : List.of(name, unique, name + SERVICE_SUFFIX, name + "." + HostNames.DEFAULT_DOMAIN)) {
            String address = byHost.get(full);
            CidrRange range = address == null ? null : CidrRange.parse(address);
            if (range != null) {
                return bytes(range);
            }
        }
        return null;
    }

    private static byte[] bytes(CidrRange range) {
        byte[] address = new byte[2 * Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            int shift = Byte.SIZE * (Long.BYTES - 1 - i);
            address[i] = (byte) (range.high() >>> shift);
            address[Long.BYTES + i] = (byte) (range.low() >>> shift);
        }
        return address;
    }
}
