package weft.rules;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who owns what in a mesh of several tenants: which namespace the hosts, which signing keys the namespaces. Immutable.
 *
 * <p>A host of the cluster's own domain, as {@code reviews.shop.svc.cluster.local}, is its namespace's. Of the others the
 * most specific pattern decides; what nobody owns is everybody's. A namespace without keys of its own takes bundles of
 * every trusted key.
 */
public final class Ownership {
    /** Nobody owns anything. */
    public static final Ownership NONE = new Ownership(Map.of(), Map.of());

    static final String CLUSTER_SUFFIX = ".svc.cluster.local";
    private static final String HOSTS = "hosts.";
    private static final String KEYS = "keys.";
    private static final String ANY = "*";

    private final Map<String, Set<String>> hosts;
    private final Map<String, Set<String>> keys;

    private Ownership(Map<String, Set<String>> hosts, Map<String, Set<String>> keys) {
        this.hosts = hosts;
        this.keys = keys;
    }

    /**
     * Reads a properties file of {@code hosts.NAMESPACE = HOST, *.HOST} and {@code keys.NAMESPACE = KEY, KEY}; keys are
     * named as their files or by id, and {@code keys.*} may publish into every namespace.
     *
     * @throws IllegalArgumentException when it says anything else; the message is for people
     */
    public static Ownership load(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
        return of(file.toString(), properties);
    }

    static Ownership of(String source, Properties properties) {
        Map<String, Set<String>> hosts = new TreeMap<>();
        Map<String, Set<String>> keys = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            String value = properties.getProperty(name);
            if (name.startsWith(HOSTS) && name.length() > HOSTS.length()) {
                Set<String> patterns = words(value.toLowerCase(Locale.ROOT));
                patterns.forEach(pattern -> requirePattern(source, name, pattern));
                hosts.put(name.substring(HOSTS.length()), patterns);
            } else if (name.startsWith(KEYS) && name.length() > KEYS.length()) {
                keys.put(name.substring(KEYS.length()), words(value));
            } else {
                throw new IllegalArgumentException(
                        source + ": \"" + name + "\" (expected: hosts.NAMESPACE or keys.NAMESPACE)");
            }
        }
        return new Ownership(hosts, keys);
    }

    private static Set<String> words(String value) {
        Set<String> words = new LinkedHashSet<>();
        Arrays.stream(value.split(",", -1))
                .map(String::strip)
                .filter(w -> !w.isEmpty())
                .forEach(words::add);
        return words;
    }

    private static void requirePattern(String source, String name, String pattern) {
        int star = pattern.lastIndexOf('*');
        boolean isWildcard = pattern.equals(ANY) || (star == 0 && pattern.startsWith("*.") && pattern.length() > 2);
        if (star >= 0 && !isWildcard) {
            throw new IllegalArgumentException(
                    source + ": " + name + ": \"" + pattern + "\" (expected: a host, *.HOST or *)");
        }
    }

    /** Whether any namespace asks for keys of its own. */
    public boolean limitsKeys() {
        return !keys.isEmpty();
    }

    /** Whether a key may publish into every namespace. */
    public boolean isMeshKey(String name, String id) {
        return !limitsKeys() || holds(ANY, name, id);
    }

    /** Whether a key, by its name or its id, may publish into a namespace. */
    public boolean mayPublish(String name, String id, String namespace) {
        return !keys.containsKey(namespace) || holds(ANY, name, id) || holds(namespace, name, id);
    }

    private boolean holds(String namespace, String name, String id) {
        Set<String> holders = keys.getOrDefault(namespace, Set.of());
        return holders.contains(name) || holders.contains(id);
    }

    /** Why a rule has no effect: the host it speaks for and whose that is; null when it may. */
    public @Nullable String refusal(Rule rule) {
        if (hosts.isEmpty()) {
            return null;
        }
        String namespace = rule.key().namespace();
        for (String host : HostClaims.of(rule)) {
            String owner = otherOwner(host, namespace);
            if (owner != null) {
                return "host \"" + host + "\" belongs to namespace " + owner + ", not to " + namespace;
            }
        }
        return null;
    }

    /** A namespace that keeps this one from speaking for the host; null when none does. */
    private @Nullable String otherOwner(String host, String namespace) {
        String cluster = clusterNamespace(host);
        if (cluster != null) {
            return cluster.equals(namespace) ? null : cluster;
        }
        int closest = specificity(namespace, host);
        boolean isOwn = closest >= 0;
        String owner = null;
        for (String other : hosts.keySet()) {
            if (other.equals(namespace)) {
                continue;
            }
            int distance = specificity(other, host);
            boolean isInside = !isOwn && distance < 0 && isAround(host, other);
            if (distance > closest || (isInside && owner == null)) {
                closest = Math.max(closest, distance);
                owner = other;
            }
        }
        return owner;
    }

    private boolean isAround(String host, String other) {
        return hosts.getOrDefault(other, Set.of()).stream().anyMatch(pattern -> covers(host, pattern));
    }

    /** How closely the patterns of a namespace fit: length of the longest that covers the host, -1 for none. */
    private int specificity(String namespace, String host) {
        return hosts.getOrDefault(namespace, Set.of()).stream()
                .filter(pattern -> covers(pattern, host))
                .mapToInt(pattern -> pattern.startsWith(ANY) ? pattern.length() - 1 : Integer.MAX_VALUE)
                .max()
                .orElse(-1);
    }

    private static boolean covers(String pattern, String host) {
        return pattern.startsWith(ANY) ? host.endsWith(pattern.substring(1)) : pattern.equals(host);
    }

    /** The namespace in a name of the cluster's domain, also in its short forms where that namespace owns hosts. */
    private @Nullable String clusterNamespace(String host) {
        String rest = host;
        boolean isFull = host.endsWith(CLUSTER_SUFFIX);
        if (isFull) {
            rest = host.substring(0, host.length() - CLUSTER_SUFFIX.length());
        } else if (host.endsWith(".svc")) {
            rest = host.substring(0, host.length() - ".svc".length());
        }
        String last = rest.substring(rest.lastIndexOf('.') + 1);
        boolean isKnown = hosts.containsKey(last) || keys.containsKey(last);
        return !last.isEmpty() && !last.equals(ANY) && rest.indexOf('.') > 0 && (isFull || isKnown) ? last : null;
    }
}
