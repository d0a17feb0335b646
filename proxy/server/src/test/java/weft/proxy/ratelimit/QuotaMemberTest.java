package weft.proxy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import weft.schema.QuotaReport;

/** Proxies that share limits, with a log and a clock of the test's own: what they may use together at every moment. */
class QuotaMemberTest {
    private static final String LIMIT = "default/api/rule";
    private static final double PER_SECOND = 1_000;
    private static final long MILLI = 1_000_000L;
    private static final long STEP_MILLIS = 20;
    private static final long REPORT_MILLIS = 400;

    /** The log: what was appended when, and how far each proxy has read. */
    private static final class Log {
        private final List<QuotaReport> reports = new ArrayList<>();
        private final List<Long> appended = new ArrayList<>();
    }

    /** One proxy, with what clients ask of it. */
    private static final class Proxy {
        private final QuotaMember member;
        private final SplittableRandom random;
        private double demand;
        private boolean isCutOff;
        private int read;
        private long nextReadMillis;
        private long nextReportMillis;

        Proxy(String id, long nowMillis, SplittableRandom random) {
            this(id, nowMillis, random, Map.of());
        }

        Proxy(String id, long nowMillis, SplittableRandom random, Map<String, Integer> remembered) {
            this.random = random;
            member = new QuotaMember(id, "boot", nowMillis * MILLI, remembered);
            nextReportMillis = nowMillis + random.nextLong(REPORT_MILLIS);
        }

        void step(Log log, long now) {
            if (isCutOff) {
                return;
            }
            if (now >= nextReadMillis) {
                for (; read < log.reports.size(); read++) {
                    member.read(log.reports.get(read), log.appended.get(read));
                }
                nextReadMillis = now + random.nextLong(300); // up to 300 ms behind
            }
            if (now >= nextReportMillis) {
                nextReportMillis = now + REPORT_MILLIS;
                log.reports.add(member.report(Map.of(LIMIT, Map.of("", demand)), false, now * MILLI));
                log.appended.add(now);
            }
        }

        double share(long now) {
            return member.share(LIMIT, "", PER_SECOND, now * MILLI);
        }
    }

    private final Log log = new Log();
    private final List<Proxy> proxies = new ArrayList<>();
    private long now;

    private void start(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            proxies.add(new Proxy("p" + i, now, random.split()));
        }
    }

    /** The most that all of them together may use at any step. */
    private double run(long millis) {
        double most = 0;
        for (long end = now + millis; now < end; now += STEP_MILLIS) {
            double sum = 0;
            for (Proxy proxy : proxies) {
                proxy.step(log, now);
                sum += proxy.share(now);
            }
            most = Math.max(most, sum);
        }
        return most;
    }

    private double share(int proxy) {
        return proxies.get(proxy).share(now);
    }

    @Test
    void demandMovesAndTheSumStaysWithinTheLimit() {
        for (long seed = 1; seed <= 12; seed++) {
            log.reports.clear();
            log.appended.clear();
            proxies.clear();
            SplittableRandom random = new SplittableRandom(seed);
            start(3, seed);
            assertThat(run(3_000))
                    .as("seed %d, an eighth for each that joins", seed)
                    .isLessThanOrEqualTo(1 + 2 * QuotaMember.STARTING_SHARE);
            for (int shift = 0; shift < 20; shift++) {
                for (Proxy proxy : proxies) {
                    proxy.demand = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 2 * PER_SECOND;
                }
                assertThat(run(500 + random.nextLong(4_000)))
                        .as("seed %d, shift %d", seed, shift)
                        .isLessThanOrEqualTo(1 + 1e-9);
            }
        }
    }

    @Test
    void whoIsAskedForMoreGetsWhatOthersDoNotUse() {
        start(3, 1);
        proxies.get(0).demand = 3 * PER_SECOND;
        run(3_000);
        assertThat(share(0)).isGreaterThan(0.98);
        proxies.get(0).demand = 0;
        proxies.get(2).demand = 3 * PER_SECOND;
        run(2_000);
        assertThat(share(2)).as("within two seconds").isGreaterThan(0.98);
        for (Proxy proxy : proxies) {
            proxy.demand = 3 * PER_SECOND;
        }
        run(2_000);
        for (int i = 0; i < 3; i++) {
            assertThat(share(i)).isCloseTo(1 / 3.0, within(1e-9));
        }
        proxies.get(1).demand = 0.1 * PER_SECOND;
        run(2_000);
        assertThat(share(1)).as("a little more than it asks for").isCloseTo(0.11, within(1e-9));
        assertThat(share(0)).isCloseTo(0.445, within(1e-9));
    }

    @Test
    void withoutTheLogSharesBecomeEvenAndTheSumStaysWithinTheLimit() {
        start(3, 2);
        proxies.get(0).demand = 3 * PER_SECOND;
        run(3_000);
        proxies.forEach(proxy -> proxy.isCutOff = true);
        assertThat(run(2_500)).isLessThanOrEqualTo(1 + 1e-9);
        assertThat(share(0)).as("the last share, for a while").isGreaterThan(0.98);
        assertThat(run(10_000)).isLessThanOrEqualTo(1 + 1e-9);
        for (int i = 0; i < 3; i++) {
            assertThat(proxies.get(i).member.isStale(now * MILLI)).isTrue();
            assertThat(share(i)).isCloseTo(1 / 3.0, within(1e-9));
        }
        proxies.forEach(proxy -> proxy.isCutOff = false);
        run(3_000);
        assertThat(share(0)).as("the log is back").isGreaterThan(0.98);
    }

    @Test
    void losingTheLogOneAfterTheOtherStaysWithinTheLimit() {
        start(3, 7);
        proxies.get(0).demand = 3 * PER_SECOND;
        run(3_000);
        proxies.get(1).isCutOff = true;
        proxies.get(2).isCutOff = true;
        assertThat(run(1_500)).isLessThanOrEqualTo(1 + 1e-9);
        proxies.get(0).isCutOff = true;
        assertThat(run(10_000)).isLessThanOrEqualTo(1 + 1e-9);
        assertThat(share(2)).isCloseTo(1 / 3.0, within(1e-9));
    }

    /** The stated error: each proxy that serves on without the log, while the others have it, adds an even share at most. */
    @Test
    void oneProxyWithoutTheLogAddsAnEvenShareAtMost() {
        start(3, 3);
        proxies.forEach(proxy -> proxy.demand = 3 * PER_SECOND);
        run(3_000);
        proxies.get(1).isCutOff = true;
        double most = run(20_000);
        assertThat(most).isGreaterThan(1.3).isLessThanOrEqualTo(1 + 1 / 3.0 + 1e-9);
        assertThat(share(0)).as("two are left by the log").isCloseTo(0.5, within(1e-9));
        proxies.get(1).isCutOff = false;
        run(3_000);
        assertThat(run(5_000)).isLessThanOrEqualTo(1 + 1e-9);
    }

    @Test
    void whoLeavesOrJoinsChangesTheShares() {
        start(2, 4);
        proxies.forEach(proxy -> proxy.demand = 3 * PER_SECOND);
        run(3_000);
        assertThat(share(0)).isCloseTo(0.5, within(1e-9));
        Proxy left = proxies.remove(1);
        log.reports.add(left.member.report(Map.of(), true, now * MILLI));
        log.appended.add(now);
        run(2_000);
        assertThat(share(0)).isCloseTo(1, within(1e-9));
        Proxy joining = new Proxy("p9", now, new SplittableRandom(5));
        joining.demand = 3 * PER_SECOND;
        proxies.add(joining);
        assertThat(joining.share(now)).isEqualTo(QuotaMember.STARTING_SHARE);
        assertThat(run(3_000)).as("an eighth while it finds out who there is").isLessThanOrEqualTo(1.125 + 1e-9);
        assertThat(share(1)).isCloseTo(0.5, within(1e-9));
        assertThat(run(3_000)).isLessThanOrEqualTo(1 + 1e-9);
    }

    /** With nothing but its own clock it has to itself what it knows of: all of it when it never met anybody. */
    @Test
    void neverHavingReadTheLogItUsesTheWholeLimit() {
        start(1, 6);
        proxies.get(0).isCutOff = true;
        assertThat(share(0)).isEqualTo(QuotaMember.STARTING_SHARE);
        run(4_000);
        assertThat(share(0)).isEqualTo(1);
    }

    /** All start while the log is away, as after a power cut: they know from before how many they are. */
    @Test
    void neverHavingReadTheLogItRemembersHowManyShare() {
        for (Map<String, Integer> remembered : List.of(Map.of(LIMIT, 3), Map.of("default/api/older", 3, "x", 1))) {
            proxies.clear();
            for (int i = 0; i < 3; i++) {
                proxies.add(new Proxy("p" + i, now, new SplittableRandom(i), remembered));
                proxies.get(i).isCutOff = true;
                proxies.get(i).demand = 3 * PER_SECOND;
            }
            assertThat(run(10_000)).isLessThanOrEqualTo(1 + 1e-9);
            assertThat(share(0)).isCloseTo(1 / 3.0, within(1e-9));
        }
        Proxy alone = proxies.get(0);
        alone.isCutOff = false;
        proxies.retainAll(List.of(alone));
        run(3_000);
        assertThat(share(0)).as("the log says that it is alone").isCloseTo(1, within(1e-9));
    }

    @Test
    void equalPrefixesGiveSharesThatAddUpToOne() {
        for (long seed = 1; seed <= 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            QuotaLedger ledger = new QuotaLedger();
            int count = 1 + random.nextInt(8);
            for (int i = 0; i < count; i++) {
                QuotaMember member = new QuotaMember("p" + i, "b", 0, Map.of());
                ledger.read(member.report(Map.of(LIMIT, Map.of("", random.nextDouble() * 900)), false, 0), 1);
            }
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += ledger.share("p" + i, LIMIT, "", PER_SECOND);
            }
            assertThat(sum).as("seed %d", seed).isCloseTo(1, within(1e-9));
        }
    }
}
