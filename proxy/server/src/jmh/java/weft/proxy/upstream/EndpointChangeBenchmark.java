package weft.proxy.upstream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;
import weft.proxy.upstream.PickBenchmark.Kind;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;

/** What it costs when one of many endpoints comes, goes, or changes its health: the change itself and the next pick. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class EndpointChangeBenchmark {
    private static final String NAME = "outbound|80||app.test";

    @Param({"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "ROUND_ROBIN_WEIGHTED", "RING_HASH", "MAGLEV"})
    public Kind kind = Kind.LEAST_REQUEST;

    @Param({"100", "10000"})
    public int endpoints = 100;

    private Workers workers;
    private Clusters clusters;
    private Map<String, Cluster> all;
    private Map<String, Cluster> oneLess;
    private ClusterRuntime serving;
    private EndpointState flapping;
    private boolean isLess;
    private long hash;

    @Setup
    public void setUp() {
        workers = Workers.start(2, 7);
        clusters = new Clusters(
                (worker, address, settings, observer) -> {},
                workers,
                host -> CompletableFuture.completedFuture(new HostResolver.Resolution(List.of(), 0)),
                address -> false,
                HealthWatch.NONE);
        List<Endpoint> many = kind.endpoints(endpoints);
        all = Map.of(NAME, cluster(many));
        // From the middle, and compared by what it says, as a list compiled anew is.
        List<Endpoint> less = new ArrayList<>(kind.endpoints(endpoints));
        less.remove(endpoints / 2);
        oneLess = Map.of(NAME, cluster(less));
        serve(all);
        flapping = serving.endpoints().get(0);
    }

    private Cluster cluster(List<Endpoint> many) {
        return new Cluster(
                NAME,
                "app.test",
                "default",
                80,
                "",
                Cluster.Discovery.STATIC,
                many,
                kind.balancing(),
                ConnectionPoolSettings.DEFAULT);
    }

    private void serve(Map<String, Cluster> wanted) {
        serving = clusters.prepare(wanted).get(NAME);
        clusters.retireOld();
    }

    private EndpointState pick() {
        Worker worker = workers.all().get(0);
        hash += 0x9E3779B97F4A7C15L;
        return serving.pick(worker, hash, null);
    }

    /** By a change of rules, as the rule-loader thread makes it, and the first pick after it. */
    @Benchmark
    public EndpointState endpointComesOrGoes() {
        isLess = !isLess;
        serve(isLess ? oneLess : all);
        return pick();
    }

    /** And the first pick after it, which selects anew. */
    @Benchmark
    public EndpointState healthChanges() {
        flapping.mark(Unhealthy.EJECTED, flapping.isHealthy());
        return pick();
    }

    @TearDown
    public void tearDown() {
        clusters.close();
        workers.close();
    }
}
