package weft.routing.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import weft.routing.http.RequestHead;

/** What a lookup costs by number of routes: all in one host, or one host each. Run with {@code -prof gc} for bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteLookupBenchmark {
    private static final int REQUESTS = 1 << 12;

    @Param({"10", "1000", "100000"})
    int routes;

    private RouteTable oneHost;
    private RouteTable manyHosts;
    private final RequestHead[] paths = new RequestHead[REQUESTS];
    private final RequestHead[] hosts = new RequestHead[REQUESTS];
    private int next;

    @Setup
    public void setUp() {
        List<Route> all = new ArrayList<>();
        List<VirtualHost> each = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            StringMatcher path = i % 2 == 0
                    ? new StringMatcher.Prefix("/service/" + i + "/", false)
                    : new StringMatcher.Exact("/service/" + i + "/items", false);
            RouteMatch match = new RouteMatch(path, null, null, null, List.of(), List.of());
            DirectResponse action = new DirectResponse(200, new byte[0]);
            all.add(new Route("r" + i, match, action, HeaderOperations.NONE, HeaderOperations.NONE, null));
            each.add(new VirtualHost("h" + i, List.of("host-" + i + ".example.com"), List.of(all.get(i)), false));
        }
        oneHost = new RouteTable(List.of(new VirtualHost("h", List.of("*"), all, false)));
        manyHosts = new RouteTable(each);
        Random random = new Random(1);
        for (int i = 0; i < REQUESTS; i++) {
            int target = random.nextInt(routes);
            paths[i] = new RequestHead();
            paths[i].reset("GET", "http", "api.example.com", "/service/" + target + "/items?page=2");
            hosts[i] = new RequestHead();
            hosts[i].reset("GET", "http", "host-" + target + ".example.com:8080", "/service/" + target + "/items");
        }
    }

    @Benchmark
    public Route amongRoutesOfOneHost() {
        return lookup(oneHost, paths[next++ & REQUESTS - 1]);
    }

    @Benchmark
    public Route amongHosts() {
        return lookup(manyHosts, hosts[next++ & REQUESTS - 1]);
    }

    private static Route lookup(RouteTable table, RequestHead head) {
        return table.virtualHost(head.authority()).match(head);
    }
}
