package weft.proxy.upstream;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks of upstreams and prints one table: picks, changes. See {@code deploy/bench/upstreams}.
 *
 * <p>Times are medians over samples, as another process on the machine lengthens some of them; the smallest stands
 * beside.
 */
public final class UpstreamFigures {
    private static final int MEDIAN = 50;
    private static final int PICKS = 100;

    private UpstreamFigures() {}

    public static void main(String[] args) throws RunnerException {
        Collection<RunResult> picks = run(PickBenchmark.class);
        Collection<RunResult> changes = run(EndpointChangeBenchmark.class);
        System.out.println("\npick, ns median (least); bytes allocated per pick");
        picks.forEach(result -> print(result, PICKS, "%8.1f (%.1f); %.1f B"));
        System.out.println("\none endpoint changes, us median (least), with the first pick after it");
        changes.forEach(result -> print(result, 1, "%8.0f (%.0f)"));
    }

    private static Collection<RunResult> run(Class<?> benchmark) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(benchmark.getName().replace(".", "\\."))
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }

    private static void print(RunResult result, double operations, String format) {
        var params = result.getParams();
        var times = result.getPrimaryResult().getStatistics();
        var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        double bytes = allocated == null ? Double.NaN : allocated.getScore();
        System.out.printf(
                Locale.ROOT,
                "  %-20s %-24s %6s endpoints " + format + "%n",
                result.getPrimaryResult().getLabel(),
                params.getParam("kind"),
                params.getParam("endpoints"),
                times.getPercentile(MEDIAN) / operations,
                times.getMin() / operations,
                bytes / operations);
    }
}
