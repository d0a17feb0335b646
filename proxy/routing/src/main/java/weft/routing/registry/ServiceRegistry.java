package weft.routing.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Services by host, one for each name: what one proxy sees. Immutable.
 *
 * <p>Documents of one namespace about the same host add up; of several namespaces the proxy's own comes first, then the
 * one that was listed first.
 */
public final class ServiceRegistry {
    public static final ServiceRegistry EMPTY = new ServiceRegistry(Map.of());

    private final Map<String, Service> byHost;

    private ServiceRegistry(Map<String, Service> byHost) {
        this.byHost = byHost;
    }

    /**
     * Takes services in order of age.
     *
     * @param namespace of the proxy that asks
     */
    public static ServiceRegistry of(Collection<Service> services, String namespace) {
        Map<String, Service> byHost = new LinkedHashMap<>();
        for (Service service : services) {
            Service known = byHost.get(service.host());
            if (known == null) {
                byHost.put(service.host(), service);
            } else if (known.namespace().equals(service.namespace())) {
                byHost.put(service.host(), sum(known, service));
            } else if (service.namespace().equals(namespace)) {
                byHost.put(service.host(), service);
            }
        }
        return new ServiceRegistry(byHost);
    }

    private static Service sum(Service first, Service second) {
        List<Service.Port> ports = new ArrayList<>(first.ports());
        for (Service.Port port : second.ports()) {
            if (first.port(port.number()) == null) {
                ports.add(port);
            }
        }
        return new Service(
                first.host(),
                first.namespace(),
                ports,
                union(first.addresses(), second.addresses()),
                first.discovery(),
                union(first.instances(), second.instances()),
                first.exportTo(),
                first.source());
    }

    private static <T> List<T> union(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        for (T item : second) {
            if (!all.contains(item)) {
                all.add(item);
            }
        }
        return all;
    }

    /** The service of this very name, or null. */
    public @Nullable Service service(String host) {
        return byHost.get(host);
    }

    /** All services, oldest document first. */
    public Collection<Service> services() {
        return byHost.values();
    }
}
