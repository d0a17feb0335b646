package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import weft.proxy.testing.FakeTimer;
import weft.routing.cluster.OutlierDetection;

/** Random lives of clusters under outlier detection, beside a plain model of Envoy's rules. */
class OutlierOracleTest {
    private static final int STEPS = 2_000;

    @BeforeAll
    static void keepQuiet() {
        ((Logger) LoggerFactory.getLogger(OutlierDetector.class)).setLevel(Level.WARN);
    }

    @AfterAll
    static void speakAgain() {
        ((Logger) LoggerFactory.getLogger(OutlierDetector.class)).setLevel(null);
    }

    /** One address as the model sees it: plain numbers, seconds instead of nanoseconds. */
    private static final class Model {
        private int row5xx;
        private int rowGateway;
        private int rowLocal;
        private int backoff;
        private boolean isOut;
        private long outSince;
        private long backSince = Long.MAX_VALUE / 2;
    }

    private static OutlierDetection settings(RandomGenerator random) {
        return new OutlierDetection(
                random.nextInt(5),
                random.nextInt(4),
                random.nextBoolean(),
                1 + random.nextInt(4),
                1_000L * (1 + random.nextInt(10)),
                1_000L * (1 + random.nextInt(60)),
                1 + random.nextInt(100),
                random.nextInt(4) == 0 ? Set.of(404, 503) : Set.of());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void ejectsAndReadmitsAsTheModelDoes(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        OutlierDetection rule = settings(random);
        FakeTimer timer = new FakeTimer();
        OutlierDetector detector = new OutlierDetector("cluster", rule, timer::nanos, timer::schedule);
        int hosts = 1 + random.nextInt(30);
        List<OutlierMonitor> monitors = new ArrayList<>();
        List<Model> models = new ArrayList<>();
        for (int i = 0; i < hosts; i++) {
            monitors.add(detector.watch("host-" + i, is -> {}));
            models.add(new Model());
        }
        long second = 0;
        long nextSweep = -1;
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(8) == 0) {
                long until = second + random.nextInt(40);
                timer.advanceMillis(1_000 * (until - second));
                for (second++; second <= until; second++) {
                    if (second == nextSweep) {
                        nextSweep = sweep(models, rule, second) ? second + rule.intervalMillis() / 1_000 : -1;
                    }
                }
                second = until;
            } else {
                int host = random.nextInt(hosts);
                int event = random.nextInt(9);
                report(monitors.get(host), event);
                if (judge(models.get(host), models, rule, event, second) && nextSweep < 0) {
                    nextSweep = second + rule.intervalMillis() / 1_000;
                }
            }
            for (int i = 0; i < hosts; i++) {
                if (monitors.get(i).isEjected() != models.get(i).isOut) {
                    fail("seed %d, step %d, host %d: ejected %s, %s", seed, step, i, !models.get(i).isOut, rule);
                }
            }
            assertThat(detector.counts().active())
                    .isEqualTo(
                            (int) models.stream().filter(model -> model.isOut).count())
                    .isLessThanOrEqualTo(hosts * rule.maxEjectionPercent() / 100);
        }
    }

    private static final int[] STATUSES = {200, 404, 500, 502, 503};

    private static void report(OutlierMonitor monitor, int event) {
        switch (event) {
            case 5 -> monitor.failed();
            case 6 -> monitor.timedOut();
            case 7 -> monitor.connected();
            case 8 -> monitor.connectedFinally();
            default -> monitor.answered(STATUSES[event]);
        }
    }

    /** Whether somebody was ejected. */
    private static boolean judge(Model host, List<Model> all, OutlierDetection rule, int event, long now) {
        boolean isSplit = rule.splitExternalLocalOriginErrors();
        int status = 0;
        boolean isLocalFailure = false;
        if (event < 5) {
            status = STATUSES[event];
            if (!rule.errorCodes().isEmpty()) {
                status = status == 404 ? 500 : status == 503 ? 503 : 200;
            }
        } else if (event < 7) {
            isLocalFailure = isSplit;
            status = isSplit ? 0 : event == 5 ? 503 : 504;
        } else if (isSplit) {
            host.rowLocal = 0;
        } else if (event == 8) {
            status = 200;
        }
        boolean isEjected = false;
        if (isLocalFailure && ++host.rowLocal == rule.consecutiveLocalOriginFailure() && !host.isOut) {
            isEjected = eject(host, all, rule, now);
            host.rowLocal = 0;
        }
        if (status >= 200 && status < 500) {
            host.row5xx = 0;
            host.rowGateway = 0;
        } else if (status >= 500) {
            host.rowGateway = status == 500 ? 0 : host.rowGateway + 1;
            if (host.rowGateway > 0 && host.rowGateway == rule.consecutiveGatewayFailure() && !host.isOut) {
                isEjected |= eject(host, all, rule, now);
                host.rowGateway = 0;
            }
            if (++host.row5xx == rule.consecutive5xx() && !host.isOut) {
                isEjected |= eject(host, all, rule, now);
                host.row5xx = 0;
            }
        }
        return isEjected;
    }

    private static boolean eject(Model host, List<Model> all, OutlierDetection rule, long now) {
        long out = all.stream().filter(model -> model.isOut).count();
        if ((out + 1) * 100 > (long) rule.maxEjectionPercent() * all.size()) {
            return false;
        }
        host.isOut = true;
        host.outSince = now;
        long base = rule.baseEjectionMillis() / 1_000;
        if (host.backoff * base < 300 + base) {
            host.backoff++;
        }
        return true;
    }

    /** Whether another sweep is needed. */
    private static boolean sweep(List<Model> all, OutlierDetection rule, long now) {
        for (Model host : all) {
            if (host.isOut && now - host.outSince >= Math.min(300, host.backoff * rule.baseEjectionMillis() / 1_000)) {
                host.isOut = false;
                host.backSince = now;
                host.row5xx = 0;
                host.rowGateway = 0;
                host.rowLocal = 0;
            }
        }
        for (Model host : all) {
            if (!host.isOut && host.backoff > 0 && now - host.backSince >= rule.intervalMillis() / 1_000) {
                host.backoff--;
            }
        }
        return all.stream().anyMatch(host -> host.isOut || host.backoff > 0);
    }
}
