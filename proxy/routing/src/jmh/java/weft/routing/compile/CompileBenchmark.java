package weft.routing.compile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleDelta;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** What it costs to compile all rules from nothing, and what one change costs after that. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx4g"})
public class CompileBenchmark {
    @Param({"1000", "100000"})
    int rules;

    @Param({"gateway", "sidecar"})
    String proxy;

    private static final int PLACES = 1000;

    private ProxyIdentity identity;
    private SnapshotCompiler compiler;
    private RuleSnapshot before;
    private ProxySnapshot serving;
    private int changes;

    @Setup
    public void setUp() {
        boolean isGateway = proxy.equals("gateway");
        identity = isGateway ? SyntheticMesh.GATEWAY : SyntheticMesh.SIDECAR;
        before = snapshot(isGateway ? SyntheticMesh.gateway(rules) : SyntheticMesh.sidecar(rules));
        compiler = new SnapshotCompiler(identity);
        serving = compiler.compile(before, ProxySnapshot.empty(identity));
    }

    static RuleSnapshot snapshot(List<Rule> rules) {
        Map<RuleKey, Rule> byKey = new HashMap<>();
        rules.forEach(rule -> byKey.put(rule.key(), rule));
        return RuleSnapshot.of(new LogPosition(1, 1), byKey);
    }

    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 3)
    @Measurement(iterations = 5)
    public ProxySnapshot coldCompile() {
        return new SnapshotCompiler(identity).compile(before, ProxySnapshot.empty(identity));
    }

    /** The weights of one VirtualService. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @Warmup(iterations = 5, time = 1)
    @Measurement(iterations = 5, time = 1)
    public ProxySnapshot changedRoute() {
        int number = next();
        return change(
                proxy.equals("gateway")
                        ? SyntheticMesh.virtualService(
                                number, "host-" + number + ".example.com", "default/web", number, version(100))
                        : SyntheticMesh.virtualService(
                                number, SyntheticMesh.host(number), "mesh", number, version(100)));
    }

    /** The policy of one service. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @Warmup(iterations = 5, time = 1)
    @Measurement(iterations = 5, time = 1)
    public ProxySnapshot changedPolicy() {
        return change(SyntheticMesh.destinationRule(next(), version(1000)));
    }

    /** The instances of one service. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @Warmup(iterations = 5, time = 1)
    @Measurement(iterations = 5, time = 1)
    public ProxySnapshot changedEndpoints() {
        return change(SyntheticMesh.service(next(), version(1000)));
    }

    /** Another one each time, so that no change finds its data in the cache. */
    private int next() {
        changes++;
        return (int) (changes * 7919L % Math.min(rules / 3, PLACES));
    }

    /** Never what the rule had when its turn came last: that would be no change. */
    private int version(int bound) {
        return (changes + changes / PLACES) % bound;
    }

    private ProxySnapshot change(Rule rule) {
        RuleDelta delta = new RuleDelta(before);
        delta.put(rule);
        before = delta.apply(new LogPosition(2 + changes, 2 + changes));
        serving = compiler.compile(before, serving);
        return serving;
    }
}
