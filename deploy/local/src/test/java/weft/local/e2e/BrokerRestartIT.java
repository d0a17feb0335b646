package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Traffic does not need the broker; rules and telemetry come back with it. */
class BrokerRestartIT {
    private static final int PER_SECOND = 300;
    private static final long MAX_REQUESTS = 1_000_000;
    private static final Duration BROKER_AWAY = Duration.ofSeconds(5);
    private static final LocalMesh MESH = LocalMesh.shared();

    @Test
    void killingTheBrokerUnderLoadFailsNoRequest() throws Exception {
        MESH.apply(LocalMesh.sample("all-v1.yaml"));
        int port = MESH.outboundPort("productpage-v1");
        LoadClient.Run run = LoadClient.to(port, "reviews:9080", "/reviews/0").startAt(PER_SECOND, MAX_REQUESTS);
        LoadClient.Outcome outcome;
        try {
            ProcessHandle broker = ProcessHandle.of(MESH.pid("kafka")).orElseThrow();
            broker.destroyForcibly();
            broker.onExit().join();
            long sentAtDeath = run.sent();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> run.sent() > sentAtDeath + PER_SECOND * BROKER_AWAY.toSeconds());

            LocalMesh.Outcome up = MESH.weft("up", "--detach");
            assertThat(up.exit()).as(up.all()).isZero();
            MESH.apply(LocalMesh.sample("reviews-50-v3.yaml"));
            assertThat(LoadClient.to(port, "reviews:9080", "/reviews/0")
                            .send(200)
                            .version("v3"))
                    .as("the apply after the restart took effect")
                    .isPositive();

            Console console = new Console(MESH.consolePort());
            long counted = console.requests("reviews", "productpage-v1");
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptions()
                    .until(() -> console.requests("reviews", "productpage-v1") > counted + PER_SECOND);
        } finally {
            outcome = run.stop();
        }
        assertThat(outcome.failed()).as(outcome.toString()).isZero();
    }
}
