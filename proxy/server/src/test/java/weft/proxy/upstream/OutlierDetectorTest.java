package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import weft.proxy.testing.FakeTimer;
import weft.routing.cluster.OutlierDetection;

/** Which failures eject an address, for how long, and when the rule holds it back. */
class OutlierDetectorTest {
    private static final OutlierDetection HALF = new OutlierDetection(5, 0, false, 5, 10_000, 30_000, 50, Set.of());

    private final FakeTimer timer = new FakeTimer();

    private OutlierDetector detector(OutlierDetection settings) {
        return new OutlierDetector("cluster", settings, timer::nanos, timer::schedule);
    }

    /** An address, and what it was told last. */
    private static final class Host {
        private final OutlierDetector.Ejectable ejectable = is -> isEjected = is;
        private final OutlierMonitor monitor;
        private boolean isEjected;

        Host(OutlierDetector detector, String address) {
            monitor = detector.watch(address, ejectable);
        }

        Host answers(int... statuses) {
            for (int status : statuses) {
                monitor.answered(status);
            }
            return this;
        }

        Host fails(int times) {
            for (int i = 0; i < times; i++) {
                monitor.failed();
            }
            return this;
        }
    }

    private static Host[] hosts(OutlierDetector detector, int count) {
        Host[] hosts = new Host[count];
        for (int i = 0; i < count; i++) {
            hosts[i] = new Host(detector, "10.0.0." + i + ":80");
        }
        return hosts;
    }

    private static long enforced(OutlierDetector detector, OutlierCause cause) {
        return detector.counts().enforced(cause);
    }

    @Test
    void theFifth5xxInARowEjects() {
        OutlierDetector detector = detector(HALF);
        Host host = hosts(detector, 2)[0];

        host.answers(500, 501, 599, 503);
        assertThat(host.isEjected).isFalse();
        host.answers(500);
        assertThat(host.isEjected).isTrue();
        assertThat(detector.counts().active()).isOne();
        assertThat(enforced(detector, OutlierCause.CONSECUTIVE_5XX)).isOne();
    }

    @Test
    void anyOtherAnswerBeginsTheRowAnew() {
        Host host = hosts(detector(HALF), 2)[0];

        host.answers(500, 500, 500, 500, 404, 500, 500, 500, 500);
        assertThat(host.isEjected).isFalse();
        host.answers(500);
        assertThat(host.isEjected).isTrue();
    }

    @Test
    void gatewayErrorsHaveACountOfTheirOwnThatOther5xxReset() {
        OutlierDetector detector = detector(new OutlierDetection(0, 3, false, 5, 10_000, 30_000, 50, Set.of()));
        Host[] hosts = hosts(detector, 4);

        hosts[0].answers(500, 500, 500, 500, 500, 500);
        hosts[1].answers(502, 503, 500, 504, 503);
        hosts[2].answers(502, 503, 504);
        assertThat(hosts[0].isEjected).as("5xx are off").isFalse();
        assertThat(hosts[1].isEjected).isFalse();
        assertThat(hosts[2].isEjected).isTrue();
        assertThat(enforced(detector, OutlierCause.CONSECUTIVE_GATEWAY_FAILURE)).isOne();
    }

    @Test
    void failuresToConnectAndTimeoutsCountAs503And504WhenNotSplit() {
        OutlierDetector detector = detector(new OutlierDetection(0, 3, false, 5, 10_000, 30_000, 50, Set.of()));
        Host host = hosts(detector, 2)[0];

        host.fails(2);
        host.monitor.connected();
        host.monitor.timedOut();
        assertThat(host.isEjected).as("a connection by itself is no success").isTrue();
        Host other = hosts(detector(HALF), 2)[0].fails(4);
        other.monitor.connectedFinally();
        other.fails(4);
        assertThat(other.isEjected).as("of TCP it is").isFalse();
    }

    @Test
    void failuresToConnectHaveACountOfTheirOwnWhenSplit() {
        OutlierDetector detector = detector(new OutlierDetection(2, 0, true, 3, 10_000, 30_000, 50, Set.of()));
        Host[] hosts = hosts(detector, 6);

        hosts[0].fails(2).monitor.connected();
        hosts[0].fails(2);
        assertThat(hosts[0].isEjected).as("a connection ends the row").isFalse();
        hosts[1].fails(2).answers(200).fails(1);
        assertThat(hosts[1].isEjected).as("an answer does not").isTrue();
        hosts[2].answers(500).fails(2).answers(500);
        assertThat(hosts[2].isEjected).as("nor is a failure an answer").isTrue();
        assertThat(enforced(detector, OutlierCause.CONSECUTIVE_LOCAL_ORIGIN_FAILURE))
                .isOne();
        assertThat(enforced(detector, OutlierCause.CONSECUTIVE_5XX)).isOne();
    }

    @Test
    void listedStatusesTakeThePlaceOf5xx() {
        OutlierDetector detector =
                detector(new OutlierDetection(2, 0, false, 5, 10_000, 30_000, 100, Set.of(429, 503)));
        Host[] hosts = hosts(detector, 3);

        hosts[0].answers(500, 500, 500, 502, 504);
        hosts[1].answers(429, 429);
        hosts[2].answers(503, 503);
        assertThat(hosts[0].isEjected).isFalse();
        assertThat(hosts[1].isEjected).isTrue();
        assertThat(hosts[2].isEjected).isTrue();
    }

    @Test
    void withTheDefaultOfTenPercentNobodyOfNineIsEjectedAndOneOfTenIs() {
        OutlierDetector nine = detector(OutlierDetection.DEFAULT);
        Host[] few = hosts(nine, 9);
        few[0].answers(500, 500, 500, 500, 500);
        assertThat(few[0].isEjected).isFalse();
        assertThat(nine.counts().overflows()).isOne();

        OutlierDetector ten = detector(OutlierDetection.DEFAULT);
        Host[] many = hosts(ten, 10);
        many[0].answers(500, 500, 500, 500, 500);
        many[1].answers(500, 500, 500, 500, 500);
        assertThat(many[0].isEjected).isTrue();
        assertThat(many[1].isEjected).as("two would be twenty percent").isFalse();
        assertThat(ten.counts().overflows()).isOne();
    }

    @Test
    void whoCouldNotBeEjectedIsJudgedAgainAfterAsManyFailures() {
        OutlierDetector detector = detector(HALF);
        Host[] hosts = hosts(detector, 2);
        hosts[0].fails(5);
        hosts[1].fails(5);
        timer.advanceMillis(40_000);
        assertThat(hosts[0].isEjected).isFalse();

        hosts[1].fails(4);
        assertThat(hosts[1].isEjected).isFalse();
        hosts[1].fails(1);
        assertThat(hosts[1].isEjected).isTrue();
    }

    @Test
    void ejectionsGrowByTheirBaseAndAreForgivenInGoodTimes() {
        OutlierDetector detector = detector(HALF);
        Host host = hosts(detector, 2)[0];

        assertThat(secondsOut(host)).isEqualTo(30);
        assertThat(secondsOut(host)).isEqualTo(60);
        assertThat(secondsOut(host)).isEqualTo(90);
        timer.advanceMillis(20_000);
        assertThat(secondsOut(host)).as("two sweeps forgave two").isEqualTo(60);
        timer.advanceMillis(600_000);
        assertThat(secondsOut(host)).as("everything is forgiven").isEqualTo(30);
        timer.advanceMillis(60_000);
        assertThat(timer.pending()).as("nobody to sweep for").isZero();
    }

    @Test
    void noEjectionIsLongerThanFiveMinutesUnlessItsBaseIs() {
        Host host = hosts(detector(HALF), 2)[0];
        for (int i = 0; i < 15; i++) {
            assertThat(secondsOut(host)).isEqualTo(Math.min(30 * (i + 1), 300));
        }
        Host slow = hosts(detector(new OutlierDetection(5, 0, false, 5, 10_000, 400_000, 50, Set.of())), 2)[0];
        assertThat(secondsOut(slow)).isEqualTo(400);
        assertThat(secondsOut(slow)).isEqualTo(400);
    }

    private long secondsOut(Host host) {
        host.fails(5);
        assertThat(host.isEjected).isTrue();
        long seconds = 0;
        for (; host.isEjected; seconds++) {
            timer.advanceMillis(1_000);
        }
        return seconds;
    }

    @Test
    void readmissionForgetsTheFailuresOfBefore() {
        Host host = hosts(detector(HALF), 2)[0];
        host.fails(5);
        host.fails(4);
        timer.advanceMillis(40_000);
        assertThat(host.isEjected).isFalse();

        host.fails(4);
        assertThat(host.isEjected).isFalse();
    }

    @Test
    void healthCheckThatPassesEndsTheEjectionAndTheNextOneIsLongerAllTheSame() {
        OutlierDetector detector = detector(HALF);
        Host host = hosts(detector, 2)[0];
        host.fails(5);
        host.monitor.passedCheck();
        assertThat(host.isEjected).isFalse();
        assertThat(detector.counts().active()).isZero();
        host.monitor.passedCheck();
        assertThat(detector.counts().active()).isZero();
        assertThat(secondsOut(host)).isEqualTo(60);
    }

    @Test
    void endpointsOfOneAddressAreOneAndALaterOneLearnsWhatHolds() {
        OutlierDetector detector = detector(HALF);
        Host[] hosts = hosts(detector, 2);
        Host same = new Host(detector, "10.0.0.0:80");
        hosts[0].fails(3);
        same.fails(2);

        assertThat(hosts[0].isEjected).isTrue();
        assertThat(same.isEjected).isTrue();
        assertThat(new Host(detector, "10.0.0.0:80").isEjected).isTrue();
        detector.forget(hosts[0].monitor, hosts[0].ejectable);
        assertThat(detector.counts().active()).isOne();
    }

    @Test
    void anEjectedAddressThatGoesMakesRoom() {
        OutlierDetector detector = detector(HALF);
        Host[] hosts = hosts(detector, 4);
        hosts[0].fails(5);
        hosts[1].fails(5);
        hosts[2].fails(5);
        assertThat(hosts[2].isEjected).isFalse();

        detector.forget(hosts[0].monitor, hosts[0].ejectable);
        assertThat(detector.counts().active()).isOne();
        hosts[2].fails(5);
        assertThat(hosts[2].isEjected).as("two of three would be too many").isFalse();
        new Host(detector, "10.0.0.9:80");
        hosts[2].fails(5);
        assertThat(hosts[2].isEjected).isTrue();
        hosts[0].fails(5);
        assertThat(hosts[0].isEjected).as("it stays as it left").isTrue();
        assertThat(detector.counts().active()).isEqualTo(2);
    }
}
