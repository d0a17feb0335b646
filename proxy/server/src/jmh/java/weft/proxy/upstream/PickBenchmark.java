package weft.proxy.upstream;

import java.util.ArrayList;
import java.util.List;
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
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.cluster.LocalityBalancing;

/** What it costs to choose one endpoint among many. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PickBenchmark {
    private static final int BATCH = 100;

    /** A policy, and whether the weights of endpoints differ. */
    public enum Kind {
        LEAST_REQUEST(LbPolicy.LEAST_REQUEST, false),
        LEAST_REQUEST_WEIGHTED(LbPolicy.LEAST_REQUEST, true),
        ROUND_ROBIN(LbPolicy.ROUND_ROBIN, false),
        ROUND_ROBIN_WEIGHTED(LbPolicy.ROUND_ROBIN, true),
        RANDOM(LbPolicy.RANDOM, false),
        RANDOM_WEIGHTED(LbPolicy.RANDOM, true),
        RING_HASH(LbPolicy.RING_HASH, false),
        MAGLEV(LbPolicy.MAGLEV, false);

        private final LbPolicy policy;
        private final boolean isWeighted;

        Kind(LbPolicy policy, boolean isWeighted) {
            this.policy = policy;
            this.isWeighted = isWeighted;
        }

        LoadBalancing balancing() {
            long size = policy == LbPolicy.MAGLEV ? 65_537 : 1_024;
            boolean isByHash = policy == LbPolicy.MAGLEV || policy == LbPolicy.RING_HASH;
            ConsistentHash hash = isByHash ? new ConsistentHash(new HashKey.SourceIp(), size) : null;
            return new LoadBalancing(policy, 50, hash, LocalityBalancing.ANYWHERE, null);
        }

        List<Endpoint> endpoints(int count) {
            List<Endpoint> endpoints = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                endpoints.add(Endpoints.endpoint(i, isWeighted ? 1 + i % 7 : 1, ""));
            }
            return endpoints;
        }
    }

    @Param
    public Kind kind = Kind.LEAST_REQUEST;

    @Param({"10", "1000", "10000"})
    public int endpoints = 10;

    private Endpoints cluster;
    private EndpointSet set;
    private long hash;

    @Setup
    public void setUp() {
        cluster = new Endpoints(1, 7);
        set = cluster.set(kind.endpoints(endpoints), kind.balancing());
    }

    /** A hundred: one alone is shorter than the clock can tell. */
    @Benchmark
    public int pick() {
        int sum = 0;
        for (int i = 0; i < BATCH; i++) {
            hash += 0x9E3779B97F4A7C15L;
            sum += set.pick(cluster.workers.get(0), hash, null).activeRequests();
        }
        return sum;
    }
}
