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

/** Services by the names that clients of one proxy have for them. Immutable. */
final class NamedServices {
    private static final int HTTP_PORT = 80;
    private static final String SERVICE_SUFFIX = ".svc." + HostNames.DEFAULT_DOMAIN;

    private final String namespace;
    private final Map<String, Service> byHost = new HashMap<>();

    NamedServices(ProxySnapshot snapshot) {
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
            byHost.putIfAbsent(service.host().toLowerCase(Locale.ROOT), service);
        }
    }

    private @Nullable Service service(String authority) {
        String host = Authority.host(authority).toLowerCase(Locale.ROOT);
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String unique = HostNames.resolve(name, namespace);
        for (String full : List.of(name, unique, name + SERVICE_SUFFIX, name + "." + HostNames.DEFAULT_DOMAIN)) {
            Service service = byHost.get(full);
            if (service != null) {
                return service;
            }
        }
        return null;
    }

    /** 16 bytes of the address that a client resolves an authority to, null when nothing is known of it. */
    byte @Nullable [] address(String authority) {
        String host = Authority.host(authority);
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        CidrRange literal = CidrRange.parse(bare);
        Service service = literal == null ? service(authority) : null;
        if (service != null) {
            for (String address : service.addresses()) {
                literal = literal == null && address.indexOf('/') < 0 ? CidrRange.parse(address) : literal;
            }
        }
        return literal == null ? null : bytes(literal);
    }

    /** The only HTTP port of a service that has no port 80; 0 when there is none such. */
    int onlyHttpPort(String authority) {
        Service service = service(authority);
        int only = 0;
        for (Service.Port port : service == null ? List.<Service.Port>of() : service.ports()) {
            if (port.number() == HTTP_PORT || only != 0 && port.protocol().isHttpOrSniffed()) {
                return 0;
            }
            only = port.protocol().isHttpOrSniffed() ? port.number() : only;
        }
        return only;
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
