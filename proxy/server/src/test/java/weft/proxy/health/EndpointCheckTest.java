package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import weft.proxy.loop.Worker;
import weft.proxy.loop.WorkerClock;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.HealthProbe;

/** How often an endpoint is probed. */
class EndpointCheckTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Worker worker =
            new Worker(0, channel.eventLoop(), new WorkerClock(System::nanoTime, InstantSource.system()), 20_261_201);
    private int probes;
    private long requests;
    private boolean isWell = true;

    private void start(long noTrafficMillis) {
        HealthCheck settings =
                new HealthCheck(new HealthProbe.Tcp("", List.of()), 1_000, 1_000, 1, 1, 0, false, noTrafficMillis);
        Prober prober = new Prober() {
            @Override
            public void probe(Consumer<ProbeResult> then) {
                probes++;
                then.accept(isWell ? ProbeResult.PASSED : ProbeResult.network("refused"));
            }

            @Override
            public void abort() {}

            @Override
            public void close() {}
        };
        EndpointCheck.Listener listener = new EndpointCheck.Listener() {
            @Override
            public void probed(EndpointCheck check, ProbeResult result) {}

            @Override
            public long requests(EndpointCheck check) {
                return requests;
            }

            @Override
            public void judged(EndpointCheck check, String details) {}
        };
        new EndpointCheck(
                        settings,
                        new InetSocketAddress("127.0.0.1", 80),
                        worker,
                        prober,
                        new ProbeSlots(channel.eventLoop()),
                        SharedHealth.NONE,
                        false,
                        listener)
                .start();
        channel.runPendingTasks();
    }

    /** Probes in so many seconds, with a request in each or none. */
    private int probesIn(int seconds, boolean isUsed) {
        int before = probes;
        for (int i = 0; i < seconds; i++) {
            requests += isUsed ? 1 : 0;
            channel.advanceTimeBy(1_000, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
            channel.runPendingTasks();
        }
        return probes - before;
    }

    @Test
    void oneThatNobodyUsesIsProbedSeldomOnceItPassed() {
        start(60_000);
        assertThat(probes).isEqualTo(1);
        assertThat(probesIn(120, false)).isEqualTo(2);
    }

    @Test
    void oneThatIsUsedIsProbedAtEachInterval() {
        start(60_000);
        assertThat(probesIn(60, true)).as("it began without requests").isEqualTo(1);
        assertThat(probesIn(60, true)).isEqualTo(60);
        assertThat(probesIn(61, false))
                .as("one at its interval, and one after it")
                .isEqualTo(2);
    }

    @Test
    void oneThatIsOutIsProbedAtEachInterval() {
        isWell = false;
        start(60_000);
        assertThat(probesIn(30, false)).isEqualTo(30);
        isWell = true;
        assertThat(probesIn(61, false)).isEqualTo(2);
    }

    @Test
    void withoutTheFieldUseMakesNoDifference() {
        start(1_000);
        assertThat(probesIn(30, false)).isEqualTo(30);
    }
}
