package weft.routing.registry;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weft.routing.persistent.ShardedMap;

/**
 * Services by host, one for each name: what one proxy sees. Immutable.
 *
 * <p>Documents of one namespace about the same host add up; of several namespaces the proxy's own comes first, then a
 * Kubernetes Service, so that nobody takes its name, then the one that was listed first.
 */
public final class ServiceRegistry {
    public static final ServiceRegistry EMPTY = new ServiceRegistry(Map.of(), Map.of());

    /** In order of age. */
    private final List<String> hosts;

    private final ShardedMap<String, Service> byHost;
    private final Map<String, String> concrete;

    private ServiceRegistry(Map<String, Service> byHost, Map<String, String> concrete) {
        this(List.copyOf(byHost.keySet()), ShardedMap.copyOf(byHost), concrete);
    }

    private ServiceRegistry(List<String> hosts, ShardedMap<String, Service> byHost, Map<String, String> concrete) {
        this.hosts = hosts;
        this.byHost = byHost;
        this.concrete = concrete;
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
            Service kept = known == null ? service : kept(known, service, namespace);
            if (known != null && !kept.source().equals(known.source())) {
                byHost.remove(service.host()); // its place is by the age of the document that counts
            }
            byHost.put(service.host(), kept);
        }
        return withAliases(byHost);
    }

    /** Of two services of one name: both together, the one of the asking namespace, the stronger, or the older. */
    private static Service kept(Service known, Service service, String namespace) {
        if (known.namespace().equals(service.namespace())) {
            return sum(known, service);
        }
        boolean isBeaten = !known.namespace().equals(namespace)
                && (service.namespace().equals(namespace) || isStronger(service, known));
        return isBeaten ? service : known;
    }

    /** With other versions of some of its services, by the names they had; all else is shared. */
    public ServiceRegistry with(Collection<Service> services) {
        ShardedMap.Editor<String, Service> editor = byHost.edit();
        for (Service service : services) {
            if (editor.get(service.host()) == null) {
                throw new IllegalArgumentException(service.host() + " is not in the registry");
            }
            editor.put(service.host(), service);
        }
        return new ServiceRegistry(hosts, editor.done(), concrete);
    }

    private static boolean isStronger(Service service, Service known) {
        return service.isKubernetes() && !known.isKubernetes();
    }

    /** A name that stands for a known service has no service of its own: it is one more name of that one. */
    private static ServiceRegistry withAliases(Map<String, Service> byHost) {
        Map<String, String> concrete = new HashMap<>();
        Map<String, List<String>> aliases = new HashMap<>();
        for (Service service : byHost.values()) {
            service.aliases().forEach(alias -> concrete.put(alias, service.host()));
            String target = target(service, byHost);
            if (target != null) {
                concrete.put(service.host(), target);
                aliases.computeIfAbsent(target, key -> new ArrayList<>()).add(service.host());
            }
        }
        if (aliases.isEmpty()) {
            return new ServiceRegistry(byHost, concrete);
        }
        Map<String, Service> services = new LinkedHashMap<>();
        byHost.forEach((host, service) -> {
            if (!concrete.containsKey(host)) {
                List<String> own = aliases.get(host);
                services.put(host, own == null ? service : service.withAliases(union(service.aliases(), own)));
            }
        });
        return new ServiceRegistry(services, concrete);
    }

    /** Where a chain of external names ends in the registry; null when it leaves it, or turns in a circle. */
    private static @Nullable String target(Service service, Map<String, Service> byHost) {
        Service at = service;
        for (int step = 0; step <= byHost.size() && !at.externalName().isEmpty(); step++) {
            Service next = byHost.get(at.externalName());
            if (next == null) {
                return at.equals(service) ? null : at.host();
            }
            at = next;
        }
        return at.equals(service) || !at.externalName().isEmpty() ? null : at.host();
    }

    /** Ports of the first and instances of both; of two ServiceEntries that agree otherwise also the ports of both. */
    private static Service sum(Service one, Service other) {
        Service first = isStronger(other, one) ? other : one;
        Service second = first.equals(one) ? other : one;
        List<Service.Port> ports = new ArrayList<>(first.ports());
        boolean addsPorts = first.isKubernetes() == second.isKubernetes();
        for (Service.Port port : second.ports()) {
            if (addsPorts && first.port(port.number()) == null) {
                ports.add(port);
            }
        }
        return new Service(
                first.host(),
                first.namespace(),
                ports,
                addsPorts ? union(first.addresses(), second.addresses()) : first.addresses(),
                first.discovery(),
                union(first.instances(), addsPorts ? second.instances() : translated(second, first)),
                first.exportTo(),
                first.source(),
                first.externalName(),
                first.aliases(),
                first.isMeshExternal());
    }

    /** Instances of one service as another of its host sees them: by the names of its ports. */
    private static List<Instance> translated(Service from, Service to) {
        List<Instance> instances = new ArrayList<>();
        for (Instance instance : from.instances()) {
            Map<String, Integer> ports = new HashMap<>();
            to.ports().forEach(port -> ports.put(port.name(), 0));
            for (Service.Port port : from.ports()) {
                ports.replace(port.name(), instance.portFor(port));
            }
            instances.add(instance.withPorts(ports));
        }
        return instances;
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

    /** The host that a name merely stands for; the name itself when it stands for itself. */
    public String concrete(String host) {
        return concrete.getOrDefault(host, host);
    }

    /** Whether some name merely stands for another. */
    public boolean hasAliases() {
        return !concrete.isEmpty();
    }

    /** All services, oldest document first. */
    public Collection<Service> services() {
        return new AbstractList<>() {
            @Override
            public Service get(int index) {
                return Objects.requireNonNull(byHost.get(hosts.get(index)));
            }

            @Override
            public int size() {
                return hosts.size();
            }
        };
    }
}
