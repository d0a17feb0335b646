package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.routing.snapshot.CidrRange;

/**
 * The domains that virtual hosts of one table answer to, each given away once. Confined to one compilation.
 *
 * <p>A second taker would make two virtual hosts of one name, which Envoy refuses as a whole.
 */
final class Domains {
    private static final String SUFFIX = ".svc." + HostNames.DEFAULT_DOMAIN;

    private final String namespace;
    private final Set<String> taken = new HashSet<>();

    /** For callers in this namespace, who may use short names of it. */
    Domains(String namespace) {
        this.namespace = namespace;
    }

    /**
     * All names of a service: full, with a final dot, shortened as far as the caller's namespace allows, the same of its
     * aliases, those of single instances when it is headless, addresses.
     */
    List<String> of(Service service) {
        List<String> domains = new ArrayList<>();
        names(service.host(), domains);
        service.aliases().forEach(alias -> names(alias, domains));
        if (service.isHeadless()) {
            List.copyOf(domains).forEach(domain -> domains.add("*." + domain));
        }
        for (String address : service.addresses()) {
            if (address.indexOf('/') < 0) {
                domains.add(literal(address));
            }
        }
        return domains;
    }

    /** As a client writes a host into a URL: an IPv6 address in brackets. */
    static String literal(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /** Adds the names of one host: full, with a final dot unless it is an address, shortened. */
    void names(String host, List<String> domains) {
        domains.add(literal(host));
        if (CidrRange.parse(host) == null) {
            domains.add(host + ".");
        }
        if (host.endsWith(SUFFIX)) {
            String unique = host.substring(0, host.length() - SUFFIX.length());
            int dot = unique.indexOf('.');
            if (dot > 0 && unique.substring(dot + 1).equals(namespace)) {
                domains.add(unique.substring(0, dot));
            }
            domains.add(unique);
            domains.add(unique + ".svc");
        }
    }

    /** Hosts of which a service may be called by this name, its own among them; addresses apart. */
    List<String> hostsCalled(String domain) {
        return List.of(
                domain,
                domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain,
                domain + SUFFIX,
                domain + "." + namespace + SUFFIX,
                domain + "." + HostNames.DEFAULT_DOMAIN);
    }

    /** Those of the wanted names that are free; a shortened one yields to a service of that full name. */
    List<String> take(String host, List<String> wanted, Set<String> known) {
        List<String> free = new ArrayList<>();
        for (String domain : wanted) {
            String lower = domain.toLowerCase(Locale.ROOT);
            boolean isAnothers = !domain.equals(host) && known.contains(domain);
            if (!isAnothers && taken.add(lower)) {
                free.add(lower);
            }
        }
        return free;
    }

    boolean isFree(String domain) {
        return !taken.contains(domain);
    }
}
