package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;

/** What probes make of an endpoint, as Envoy's documentation has it. */
class VerdictTest {
    private static final ProbeResult PASSED = ProbeResult.PASSED;
    private static final ProbeResult SILENT = ProbeResult.network("timeout");
    private static final ProbeResult REFUSED = ProbeResult.refused("status 500");

    private static HealthCheck settings(int unhealthy, int healthy) {
        return new HealthCheck(new HealthProbe.Tcp("", List.of()), 1_000, 1_000, unhealthy, healthy, 0, false);
    }

    private static boolean after(boolean mayServe, ProbeResult... results) {
        Verdict verdict = new Verdict(settings(3, 2), mayServe);
        for (ProbeResult result : results) {
            verdict.record(result);
        }
        return verdict.isHealthy();
    }

    @Test
    void aNewEndpointNeedsOneSuccess() {
        assertThat(after(false)).isFalse();
        assertThat(after(false, PASSED)).isTrue();
        assertThat(after(false, SILENT, PASSED)).as("no longer new").isFalse();
        assertThat(after(false, SILENT, PASSED, PASSED)).isTrue();
    }

    @Test
    void silenceTakesAnEndpointOutAtTheThreshold() {
        assertThat(after(true, SILENT, SILENT)).isTrue();
        assertThat(after(true, SILENT, SILENT, SILENT)).isFalse();
        assertThat(after(true, SILENT, SILENT, PASSED, SILENT, SILENT)).isTrue();
    }

    @Test
    void whatTheEndpointSaysOfItselfTakesItOutAtOnce() {
        assertThat(after(true, PASSED, REFUSED)).isFalse();
    }

    @Test
    void successesBringItBackAtTheThreshold() {
        assertThat(after(true, REFUSED, PASSED)).isFalse();
        assertThat(after(true, REFUSED, PASSED, PASSED)).isTrue();
        assertThat(after(true, REFUSED, PASSED, SILENT, PASSED)).isFalse();
    }

    @Test
    void anyHistoryGivesWhatLookingBackGives() {
        long seed = Long.getLong("weft.verdict.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int run = 0; run < 500; run++) {
            int unhealthy = 1 + random.nextInt(3);
            int healthy = 1 + random.nextInt(3);
            boolean expected = random.nextBoolean();
            Verdict verdict = new Verdict(settings(unhealthy, healthy), expected);
            StringBuilder history = new StringBuilder();
            for (int i = 0; i < 30; i++) {
                ProbeResult result = List.of(PASSED, SILENT, REFUSED).get(random.nextInt(3));
                history.append(
                        " PSR".charAt(1 + List.of(PASSED, SILENT, REFUSED).indexOf(result)));
                boolean before = expected;
                String all = history.toString();
                if (all.equals("P") || all.endsWith("P".repeat(healthy))) {
                    expected = true;
                } else if (all.endsWith("R") || all.matches(".*[SR]{" + unhealthy + "}")) {
                    expected = false;
                }
                assertThat(verdict.record(result))
                        .as("seed %d, change after %s", seed, all)
                        .isEqualTo(before != expected);
                assertThat(verdict.isHealthy())
                        .as("seed %d, after %s", seed, all)
                        .isEqualTo(expected);
            }
        }
    }
}
