package weft.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers, a publisher and five gateways under load, while they are killed, paused and cut off from each other.
 * Whatever was acknowledged is in the history and in every proxy in the end, no proxy ever served a part of a bundle, and
 * no request failed but those whose own proxy was killed or paused; then all the brokers go, and nobody notices.
 *
 * <p>{@code -Dweft.chaos.seconds} and {@code -Dweft.chaos.outage.seconds} say for how long, {@code -Dweft.chaos.seed}
 * repeats the faults of an earlier run; {@code -Pchaos} is an hour of the one and ten minutes of the other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChaosIT {
    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("weft.chaos.seconds", 60));
    private static final Duration GRACE = Duration.ofMinutes(2);
    private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("weft.chaos.outage.seconds", 20));
    private static final boolean IS_LONG = LENGTH.toMinutes() >= 5;
    /** Of a fault: short ones let a minute hold one of each kind, long ones let leaders and metadata move. */
    private static final int HOLD_MILLIS = Integer.getInteger("weft.chaos.hold", IS_LONG ? 10_000 : 1_500);
    /** Between two bundles; none when there is nothing else to do on the machine. */
    private static final long PAUSE_MILLIS = Long.getLong("weft.chaos.pause", IS_LONG ? 0 : 30);
    /** On a machine that does much else; an hour is to be thousands. */
    private static final int LEAST_BUNDLES =
            (int) (IS_LONG ? LENGTH.toSeconds() / 2 : Math.min(20, LENGTH.toSeconds() / 2));

    private static final long SEED = Long.getLong("weft.chaos.seed", System.nanoTime());

    @TempDir
    private static Path folder;

    private ChaosMesh mesh;

    @BeforeAll
    void start() throws Exception {
        System.out.println("ChaosIT seed=" + SEED + " (repeat with -Dweft.chaos.seed=" + SEED + ")");
        long start = System.nanoTime();
        mesh = new ChaosMesh(folder, PAUSE_MILLIS);
        mesh.start();
        System.out.printf("ChaosIT started in %.1f s%n", (System.nanoTime() - start) / 1e9);
    }

    @AfterAll
    void end() throws Exception {
        mesh.close();
    }

    @Test
    @Order(1)
    void whatWasAcknowledgedIsServedByAllAndNothingInParts() throws Exception {
        ChaosFaults faults = new ChaosFaults(mesh, new Random(SEED), HOLD_MILLIS);
        long end = System.nanoTime() + LENGTH.toNanos();
        while (System.nanoTime() < end || wantsBundles(end)) {
            faults.next();
            assertThatNothingFailed(faults.last());
        }
        System.out.println(
                "ChaosIT faults=" + faults + " acknowledged=" + mesh.acked.size() + " requests=" + answered());
        new ChaosVerdict(mesh).give();
        assertThatNothingFailed("the end");
        assertThat(mesh.acked.size()).isGreaterThanOrEqualTo(LEAST_BUNDLES);
    }

    /** A fault that waits for a publisher that brokers hold up takes most of a short run; the verdict wants bundles to judge. */
    private boolean wantsBundles(long end) {
        return mesh.acked.size() < LEAST_BUNDLES && System.nanoTime() < end + GRACE.toNanos();
    }

    private long answered() {
        return mesh.loads.stream().mapToLong(load -> load.answered.get()).sum();
    }

    private void assertThatNothingFailed(String when) {
        for (ChaosLoad load : mesh.loads) {
            assertThat(load.failures).as("seed %d, after %s", SEED, when).isEmpty();
        }
    }

    @Test
    @Order(2)
    void withoutAnyBrokerNothingFailsAndNothingGrows() throws Exception {
        mesh.publisher().kill();
        for (ChaosLoad load : mesh.loads) {
            load.pauseMillis = 250;
        }
        await().atMost(ChaosMesh.PATIENCE).until(() -> mesh.loads.stream().allMatch(load -> load.answered.get() > 0));
        for (ChaosProcess broker : mesh.brokers) {
            broker.kill();
        }
        Outage outage = new Outage(mesh, OUTAGE);
        outage.pass();
        assertThatNothingFailed("the end");
        for (ChaosProcess broker : mesh.brokers) {
            broker.start();
        }
        mesh.awaitBrokers();
        new ChaosVerdict(mesh).give();
        assertThatNothingFailed("the end");
        System.out.println("ChaosIT " + outage);
        outage.assertThatLittleWasSpent();
    }
}
