package weft.routing.compile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import weft.routing.route.RouteLookupBenchmark;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;

/**
 * Runs the benchmarks of routing and prints one table: lookups, compilation, memory. See {@code deploy/bench/routing}.
 *
 * <p>Times are medians over samples, as another process on the machine lengthens some of them; the smallest stands
 * beside.
 */
public final class RoutingFigures {
    private static final int LARGE = 100_000;
    private static final int ROUTES_OF_VIRTUAL_SERVICE = 2;
    private static final int MEDIAN = 50;

    private RoutingFigures() {}

    public static void main(String[] args) throws RunnerException {
        Collection<RunResult> lookups = run(RouteLookupBenchmark.class.getName());
        Collection<RunResult> compiles = run(CompileBenchmark.class.getName());
        System.out.println("\nlookup, ns median (least); bytes allocated per lookup");
        print(lookups, "%.0f (%.0f); %.0f B");
        System.out.println("\ncompile, us median (least)");
        print(compiles, "%.0f (%.0f)");
        System.out.println("\nmemory, bytes per route");
        System.out.printf(
                Locale.ROOT,
                "  table of %,d routes in one host: %d, each in a host of its own: %d%n",
                LARGE,
                tableBytes(true),
                tableBytes(false));
        snapshotBytes("gateway", SyntheticMesh.gateway(LARGE), SyntheticMesh.GATEWAY, LARGE);
        snapshotBytes("sidecar", SyntheticMesh.sidecar(LARGE), SyntheticMesh.SIDECAR, LARGE / 3);
    }

    private static Collection<RunResult> run(String benchmark) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(benchmark.replace(".", "\\."))
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.NORMAL)
                        .build())
                .run();
    }

    private static void print(Collection<RunResult> results, String format) {
        Map<String, Map<String, RunResult>> rows = new TreeMap<>();
        for (RunResult result : results) {
            var params = result.getParams();
            String name = result.getPrimaryResult().getLabel();
            List<String> values = new ArrayList<>();
            params.getParamsKeys().forEach(key -> values.add(key + "=" + params.getParam(key)));
            rows.computeIfAbsent(name, key -> new TreeMap<>()).put(String.join(" ", values), result);
        }
        rows.forEach((name, byParams) -> byParams.forEach((params, result) -> {
            var times = result.getPrimaryResult().getStatistics();
            Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
            double bytes = allocated == null ? Double.NaN : allocated.getScore();
            System.out.printf(
                    Locale.ROOT,
                    "  %-22s %-28s " + format + "%n",
                    name,
                    params,
                    times.getPercentile(MEDIAN),
                    times.getMin(),
                    bytes);
        }));
    }

    private static long tableBytes(boolean isOneHost) {
        long before = used();
        RouteTable table = RouteLookupBenchmark.table(LARGE, isOneHost);
        long bytes = (used() - before) / LARGE;
        return table.virtualHosts().isEmpty() ? 0 : bytes;
    }

    private static void snapshotBytes(String name, List<Rule> rules, ProxyIdentity identity, int virtualServices) {
        RuleSnapshot snapshot = CompileBenchmark.snapshot(rules);
        SnapshotCompiler compiler = new SnapshotCompiler(identity);
        long before = used();
        ProxySnapshot serving = compiler.compile(snapshot, ProxySnapshot.empty(identity));
        long all = used() - before;
        System.out.printf(
                Locale.ROOT,
                "  %s with %,d rules: %d beside the rules (%d MiB with all that the compiler keeps)%n",
                name,
                serving.rules().size(),
                all / (ROUTES_OF_VIRTUAL_SERVICE * (long) virtualServices),
                all >> 20);
        // Both are in use until here.
        if (compiler.compile(snapshot, serving).rules().size()
                != serving.rules().size()) {
            throw new IllegalStateException("compiling again changed the rules");
        }
    }

    /** Bytes reachable now: the least of a few collections. */
    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }
}
