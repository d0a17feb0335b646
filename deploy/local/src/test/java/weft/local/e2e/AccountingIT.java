package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What clients counted is what the aggregator counted, plus what the proxies say they dropped. */
class AccountingIT {
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(60);
    private static final LocalMesh MESH = LocalMesh.shared();

    @Test
    void everyRequestIsCountedOrKnownToBeDropped() throws Exception {
        MESH.apply(LocalMesh.sample("all-v1.yaml"));
        Console console = new Console(MESH.consolePort());
        long before = console.requests("details", "productpage-v1");
        Console.Accounting booksBefore = console.accounting();

        int count = Sizes.countedRequests();
        LoadClient.Outcome outcome = LoadClient.to(MESH.outboundPort("productpage-v1"), "details:9080", "/details/0")
                .send(count);
        assertThat(outcome.status(200)).as(outcome.toString()).isEqualTo(count);

        await().atMost(SETTLES_WITHIN).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            Console.Accounting books = console.accounting();
            assertThat(books.entries() - booksBefore.entries()).isEqualTo(2L * count);
            assertThat(books.isSettled()).as(books.toString()).isTrue();
            long dropped = books.dropped() - booksBefore.dropped();
            assertThat(console.requests("details", "productpage-v1") - before).isBetween(count - dropped, (long) count);
        });
    }
}
