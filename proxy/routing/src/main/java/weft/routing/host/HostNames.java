package weft.routing.host;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The algebra of host names and {@code *} wildcards. Thread-safe: functions only.
 *
 * <p>Comparison minds case, as Istio's does: bring names to lower case first where a request's host comes in.
 */
public final class HostNames {
    /** Domain that short names are completed with. */
    public static final String DEFAULT_DOMAIN = "cluster.local";

    /** Plain names before wildcards, longer ones first, then in alphabetical order. */
    public static final Comparator<String> MOST_SPECIFIC_FIRST = Comparator.comparing(HostNames::isWildcard)
            .thenComparing(Comparator.comparingInt(String::length).reversed())
            .thenComparing(Comparator.naturalOrder());

    private HostNames() {}

    public static boolean isWildcard(String host) {
        return !host.isEmpty() && host.charAt(0) == '*';
    }

    /** Whether some name is meant by both: {@code *.com} and {@code foo.com}, {@code *.com} and {@code *.foo.com}. */
    public static boolean overlap(String a, String b) {
        boolean aWild = isWildcard(a);
        boolean bWild = isWildcard(b);
        if (!aWild && !bWild) {
            return a.equals(b);
        }
        if (aWild && bWild) {
            return a.length() < b.length() ? endsWithTail(b, a) : endsWithTail(a, b);
        }
        return aWild ? coveredBy(b, a) : coveredBy(a, b);
    }

    /** Whether every name that {@code inner} means is meant by {@code outer} too. */
    public static boolean isSubset(String inner, String outer) {
        if (!isWildcard(outer)) {
            return inner.equals(outer);
        }
        return isWildcard(inner)
                ? inner.length() >= outer.length() && endsWithTail(inner, outer)
                : coveredBy(inner, outer);
    }

    private static boolean coveredBy(String plain, String wildcard) {
        return plain.length() >= wildcard.length() - 1 && endsWithTail(plain, wildcard);
    }

    private static boolean endsWithTail(String host, String wildcard) {
        int tail = wildcard.length() - 1;
        return host.length() >= tail && host.regionMatches(host.length() - tail, wildcard, 1, tail);
    }

    /** Whether {@code a} comes before {@code b} when the most specific name wins; so does nothing before nothing, as in Istio. */
    public static boolean isMoreSpecific(String a, String b) {
        return (a.isEmpty() && b.isEmpty()) || MOST_SPECIFIC_FIRST.compare(a, b) < 0;
    }

    /** What both lists mean, each pair by its narrower name: {@code *.foo.com} with {@code a.foo.com} is the latter. */
    public static List<String> intersection(Collection<String> left, Collection<String> right) {
        Set<String> both = new LinkedHashSet<>();
        for (String a : left) {
            for (String b : right) {
                if (isSubset(a, b)) {
                    both.add(a);
                } else if (isSubset(b, a)) {
                    both.add(b);
                }
            }
        }
        return List.copyOf(both);
    }

    /** Of gateway hosts as {@code namespace/host}, those open to a namespace, without their prefix. */
    public static List<String> openTo(Collection<String> gatewayHosts, String namespace) {
        List<String> open = new ArrayList<>();
        for (String host : gatewayHosts) {
            int slash = host.indexOf('/');
            String from = slash < 0 ? "*" : host.substring(0, slash);
            if (from.equals("*") || from.equals(namespace)) {
                open.add(host.substring(slash + 1));
            }
        }
        return open;
    }

    /**
     * Completes a name without dots with the namespace of the rule it stands in; other names, wildcards and addresses
     * stay as they are.
     *
     * @param domain as {@code cluster.local}; empty leaves it at {@code name.namespace}
     */
    public static String resolve(String host, String namespace, String domain) {
        if (host.isEmpty() || host.indexOf('.') >= 0 || host.indexOf(':') >= 0 || host.equals("*")) {
            return host;
        }
        return domain.isEmpty() ? host + "." + namespace : host + "." + namespace + ".svc." + domain;
    }

    public static String resolve(String host, String namespace) {
        return resolve(host, namespace, DEFAULT_DOMAIN);
    }

    /** The most specific of the candidates that contain this host, or null. */
    public static @Nullable String mostSpecificMatch(String host, Collection<String> candidates) {
        String best = null;
        for (String candidate : candidates) {
            if (isSubset(host, candidate) && (best == null || isMoreSpecific(candidate, best))) {
                best = candidate;
            }
        }
        return best;
    }
}
