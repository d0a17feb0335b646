package weft.routing.route;

import static org.assertj.core.api.Assertions.fail;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.http.RequestHead;
import weft.routing.route.RouteMatch.HeaderMatch;
import weft.routing.route.RouteMatch.QueryMatch;

/**
 * The indexed table answers as a linear scan does, on random tables and requests: a million pairs, {@code
 * -Dweft.oracle.pairs} for more, {@code -Dweft.oracle.seed} to repeat a failure.
 */
class RouteTableOracleTest {
    private static final int PAIRS = Integer.getInteger("weft.oracle.pairs", 1_000_000);
    private static final int REQUESTS_PER_TABLE = 100;
    private static final String[] SEGMENTS = {"/", "/a", "/A", "/b", "/ab", "/a/b", "/a/bc", "//", "/c/", "x", ""};
    private static final String[] HOSTS = {"a.com", "b.a.com", "c.b.a.com", "xa.com", "com", "a", "", "[::1]", "A.COM"};
    private static final String[] DOMAINS = {
        "a.com", "b.a.com", "*.a.com", "*.com", "*a.com", "*", "*.b.a.com", "*com", "c.b.a.com", "[::1]", "a"
    };

    private static final java.util.regex.Pattern PORT = java.util.regex.Pattern.compile(":[0-9]+$");
    private static final StringMatcher PATH_REGEX = new StringMatcher.Regex(Pattern.compile("/a.*|/c//?"));
    private static final StringMatcher VALUE_REGEX = new StringMatcher.Regex(Pattern.compile("v?1"));

    private final long seed = Long.getLong("weft.oracle.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @Test
    @SuppressWarnings("ReferenceEquality") // the very same, not an equal one
    void indexAnswersAsALinearScan() {
        for (int pair = 0; pair < PAIRS; ) {
            List<VirtualHost> hosts = hosts();
            RouteTable table = new RouteTable(hosts);
            for (int i = 0; i < REQUESTS_PER_TABLE; i++, pair++) {
                RequestHead head = request();
                VirtualHost host = table.virtualHost(head.authority());
                if (host != scanHosts(hosts, head.authority())) {
                    fail("seed %d: host of %s is %s in %s", seed, head, host, hosts);
                }
                if (host != null && host.match(head) != scanRoutes(host.routes(), head)) {
                    fail("seed %d: route of %s is %s in %s", seed, head, host.match(head), host);
                }
            }
        }
    }

    private static @Nullable Route scanRoutes(List<Route> routes, RequestHead head) {
        for (Route route : routes) {
            if (route.match().matches(head)) {
                return route;
            }
        }
        return null;
    }

    private static @Nullable VirtualHost scanHosts(List<VirtualHost> hosts, String authority) {
        String name = PORT.matcher(authority).replaceFirst("").toLowerCase(Locale.ROOT);
        VirtualHost best = null;
        int bestRank = -1;
        for (VirtualHost host : hosts) {
            for (String domain : host.domains()) {
                int rank = rank(domain, name);
                if (rank > bestRank) {
                    best = host;
                    bestRank = rank;
                }
            }
        }
        return best;
    }

    private static int rank(String domain, String name) {
        if (domain.equals("*")) {
            return 0;
        }
        if (!domain.startsWith("*")) {
            return domain.equals(name) ? Integer.MAX_VALUE : -1;
        }
        String suffix = domain.substring(1);
        return name.endsWith(suffix) && name.length() > suffix.length() ? suffix.length() : -1;
    }

    private List<VirtualHost> hosts() {
        List<VirtualHost> hosts = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            List<String> domains = new ArrayList<>();
            for (int d = random.nextInt(3); d >= 0; d--) {
                domains.add(pick(DOMAINS));
            }
            List<Route> routes = new ArrayList<>();
            for (int r = random.nextInt(12); r > 0; r--) {
                routes.add(new Route(
                        "r" + r,
                        match(),
                        new DirectResponse(200, new byte[0]),
                        HeaderOperations.NONE,
                        HeaderOperations.NONE,
                        null));
            }
            hosts.add(new VirtualHost("h" + i, domains, routes, false));
        }
        return hosts;
    }

    private RouteMatch match() {
        List<HeaderMatch> headers =
                random.nextInt(4) > 0 ? List.of() : List.of(new HeaderMatch("h", value(), random.nextBoolean()));
        List<QueryMatch> query =
                random.nextInt(4) > 0 ? List.of() : List.of(new QueryMatch(random.nextBoolean() ? "q" : "qq", value()));
        StringMatcher method = random.nextInt(6) > 0 ? null : new StringMatcher.Exact("POST", false);
        return new RouteMatch(path(), method, null, null, headers, query);
    }

    private @Nullable StringMatcher path() {
        String path = pick(SEGMENTS) + pick(SEGMENTS);
        return switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> PATH_REGEX;
            case 2 -> new StringMatcher.Exact(path, random.nextBoolean());
            case 3 -> new StringMatcher.Prefix(path, random.nextBoolean());
            case 4, 5 -> new StringMatcher.Exact(path, false);
            default -> new StringMatcher.Prefix(path, false);
        };
    }

    private StringMatcher value() {
        return switch (random.nextInt(4)) {
            case 0 -> new StringMatcher.Present();
            case 1 -> new StringMatcher.Prefix("v", false);
            case 2 -> VALUE_REGEX;
            default -> new StringMatcher.Exact(random.nextBoolean() ? "" : "1", false);
        };
    }

    private RequestHead request() {
        RequestHead head = new RequestHead();
        String query = switch (random.nextInt(6)) {
            case 0 -> "?q=1";
            case 1 -> "?qq&q=v1";
            case 2 -> "?x=q=1&q&q=1";
            case 3 -> "?";
            default -> "";
        };
        String port = random.nextInt(3) == 0 ? ":8080" : "";
        String first = pick(SEGMENTS);
        String path = (first.startsWith("/") ? first : "/" + first) + pick(SEGMENTS) + pick(SEGMENTS);
        head.reset(random.nextInt(3) == 0 ? "POST" : "GET", "http", pick(HOSTS) + port, path + query);
        for (int i = random.nextInt(3); i > 0; i--) {
            head.headers().add("h", pick(new String[] {"", "1", "v1"}));
        }
        return head;
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
