package weft.routing.route;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;

/** The routes of a set of domains, first match wins. Immutable. */
public final class VirtualHost {
    /** Up to here trying each route is no slower than the index, and touches less memory: most hosts have few routes. */
    private static final int MAX_SCANNED = 4;

    private static final int CONDITION_BITS = 16;
    private static final int KIND_BITS = 3;
    private static final int MAX_PATH = (1 << CONDITION_BITS - KIND_BITS) - 1;
    private static final int ALWAYS = 1;
    private static final int PREFIX = 2;
    private static final int EXACT = 3;
    /** More than a path: the route has to be asked. */
    private static final int OTHER = 4;

    private final String name;
    private final List<String> domains;
    private final List<Route> routes;
    private final boolean requireTls;
    private final @Nullable RouteIndex index;

    /**
     * What each scanned route demands, in 16 bits from the lowest: kind and length of the path; 0 after the last. With
     * the paths in one array the common route is passed over or found without a look at it, as in large tables memory is
     * what a lookup waits for.
     */
    private final long conditions;

    /** Characters of all these paths, none above U+00FF. */
    private final byte[] paths;

    private final @Nullable Route first;

    /**
     * Indexes the routes.
     *
     * @param domains lower-case exact names, {@code *.suffix} or {@code *}
     * @param requireTls plain requests are redirected to https (Istio Gateway, tls.httpsRedirect)
     */
    public VirtualHost(String name, List<String> domains, List<Route> routes, boolean requireTls) {
        this.name = name;
        this.domains = List.copyOf(domains);
        this.routes = List.copyOf(routes);
        this.requireTls = requireTls;
        first = this.routes.isEmpty() ? null : this.routes.get(0);
        index = isScanned(this.routes) ? null : new RouteIndex(this.routes);
        StringBuilder text = new StringBuilder();
        long all = 0;
        for (int i = this.routes.size() - 1; i >= 0 && index == null; i--) {
            RouteMatch match = this.routes.get(i).match();
            String path = match.isOnPathOnly() ? path(match) : null;
            path = path != null && SliceMap.isWide(path) ? null : path;
            long kind = path == null ? OTHER : path.isEmpty() ? ALWAYS : isExact(match) ? EXACT : PREFIX;
            int length = path == null ? 0 : path.length();
            all = all << CONDITION_BITS | (long) length << KIND_BITS | kind;
            text.insert(0, path == null ? "" : path);
        }
        conditions = all;
        paths = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isScanned(List<Route> routes) {
        return routes.size() <= MAX_SCANNED
                && routes.stream().map(route -> path(route.match())).allMatch(p -> p == null || p.length() <= MAX_PATH);
    }

    /** The path or prefix that is matched letter by letter, empty when each fits, or null for another condition. */
    private static @Nullable String path(RouteMatch match) {
        if (match.path() == null) {
            return "";
        }
        if (match.path() instanceof StringMatcher.Prefix prefix && !prefix.ignoreCase()) {
            return prefix.prefix();
        }
        // No path is empty, but an exact matcher of nothing must not pass for one of everything.
        boolean isPlain = match.path() instanceof StringMatcher.Exact exact
                && !exact.ignoreCase()
                && !exact.expected().isEmpty();
        return isPlain ? ((StringMatcher.Exact) match.path()).expected() : null;
    }

    private static boolean isExact(RouteMatch match) {
        return match.path() instanceof StringMatcher.Exact;
    }

    public String name() {
        return name;
    }

    public List<String> domains() {
        return domains;
    }

    public List<Route> routes() {
        return routes;
    }

    public boolean requireTls() {
        return requireTls;
    }

    /** The first route whose conditions all hold, or null: then the answer is 404 NR, never another virtual host. */
    public @Nullable Route match(RequestHead head) {
        return index != null ? index.first(head) : scan(head);
    }

    private @Nullable Route scan(RequestHead head) {
        String path = head.path();
        int pathLength = head.pathLength();
        int from = 0;
        long rest = conditions;
        for (int i = 0; rest != 0; i++) {
            int length = (int) (rest >>> KIND_BITS) & MAX_PATH;
            boolean matches = switch ((int) rest & (1 << KIND_BITS) - 1) {
                case ALWAYS -> true;
                case PREFIX -> length <= pathLength && begins(path, from, length);
                case EXACT -> length == pathLength && begins(path, from, length);
                default -> routes.get(i).match().matches(head);
            };
            if (matches) {
                return i == 0 ? first : routes.get(i);
            }
            from += length;
            rest >>>= CONDITION_BITS;
        }
        return null;
    }

    private boolean begins(String path, int from, int length) {
        for (int i = 0; i < length; i++) {
            if (path.charAt(i) != (paths[from + i] & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VirtualHost that
                && name.equals(that.name)
                && requireTls == that.requireTls
                && domains.equals(that.domains)
                && routes.equals(that.routes);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + routes.size();
    }

    @Override
    public String toString() {
        return "VirtualHost[" + name + " " + domains + " " + routes + "]";
    }
}
