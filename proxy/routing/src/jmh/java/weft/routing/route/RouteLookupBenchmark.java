package weft.routing.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import weft.routing.http.RequestHead;

/**
 * What a lookup costs by number of routes: all in one host, or one host each. Run with {@code -prof gc} for bytes.
 *
 * <p>Requests go to 4,096 routes drawn by chance. Short batches are sampled: their median is that of undisturbed ones even
 * when other processes want the same cores.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC") // as the proxy runs
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 25, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class RouteLookupBenchmark {
    private static final int REQUESTS = 1 << 12;
    private static final int BATCH = 64;

    @Param({"10", "1000", "100000"})
    int routes;

    private RouteTable oneHost;
    private RouteTable manyHosts;
    private final Map<String, VirtualHost> plain = new HashMap<>();
    private final String[] names = new String[REQUESTS];
    private final RequestHead[] paths = new RequestHead[REQUESTS];
    private final RequestHead[] hosts = new RequestHead[REQUESTS];
    private int next;

    @Setup
    public void setUp() {
        oneHost = table(routes, true);
        manyHosts = table(routes, false);
        manyHosts.virtualHosts().forEach(host -> plain.put(host.domains().get(0), host));
        Random random = new Random(1);
        for (int i = 0; i < REQUESTS; i++) {
            int target = random.nextInt(routes);
            paths[i] = new RequestHead();
            paths[i].reset("GET", "http", "api.example.com", "/service/" + target + "/items?page=2");
            names[i] = "host-" + target + ".example.com";
            hosts[i] = new RequestHead();
            hosts[i].reset("GET", "http", "host-" + target + ".example.com:8080", "/service/" + target + "/items");
        }
    }

    /** Half the routes on a prefix and half on an exact path, all in one host or each in its own. */
    public static RouteTable table(int routes, boolean isOneHost) {
        List<Route> all = new ArrayList<>();
        List<VirtualHost> each = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            StringMatcher path = i % 2 == 0
                    ? new StringMatcher.Prefix("/service/" + i + "/", false)
                    : new StringMatcher.Exact("/service/" + i + "/items", false);
            RouteMatch match = new RouteMatch(path, null, null, null, List.of(), List.of());
            DirectResponse action = new DirectResponse(200, new byte[0]);
            Route route = new Route("r" + i, match, action, HeaderOperations.NONE, HeaderOperations.NONE, null);
            if (isOneHost) {
                all.add(route);
            } else {
                each.add(new VirtualHost("h" + i, List.of("host-" + i + ".example.com"), List.of(route), false));
            }
        }
        return new RouteTable(isOneHost ? List.of(new VirtualHost("h", List.of("*"), all, false)) : each);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void amongRoutesOfOneHost(Blackhole results) {
        lookup(oneHost, paths, results);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void amongHosts(Blackhole results) {
        lookup(manyHosts, hosts, results);
    }

    /** The floor: one plain map asked by the bare name, whose hash is known, and no route looked for. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void floorOfHosts(Blackhole results) {
        for (int i = 0; i < BATCH; i++) {
            results.consume(plain.get(names[next++ & REQUESTS - 1]));
        }
    }

    private void lookup(RouteTable table, RequestHead[] heads, Blackhole results) {
        for (int i = 0; i < BATCH; i++) {
            RequestHead head = heads[next++ & REQUESTS - 1];
            results.consume(table.virtualHost(head.authority()).match(head));
        }
    }
}
