package weft.sink.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.schema.AccessLogEntry;
import weft.sink.traffic.Entries;

class TailFilterTest {
    private final AccessLogEntry entry = Entries.at(1_000)
            .setResponseCode(503)
            .setResponseFlags("UF,URX")
            .setPath("/reviews/0?x=1")
            .build();

    @Test
    void takesWhatEveryConditionTakes() {
        assertThat(TailFilter.ALL.takes(entry)).isTrue();
        assertThat(new TailFilter("reviews", "productpage-v1", "/reviews/*", List.of("5XX"), List.of("UF"), 9_000)
                        .takes(entry))
                .isTrue();
    }

    @Test
    void refusesWhatOneConditionRefuses() {
        assertThat(new TailFilter("ratings", null, null, List.of(), List.of(), 0).takes(entry))
                .isFalse();
        assertThat(new TailFilter(null, "details", null, List.of(), List.of(), 0).takes(entry))
                .isFalse();
        assertThat(new TailFilter(null, null, "/reviews", List.of(), List.of(), 0).takes(entry))
                .isFalse();
        assertThat(new TailFilter(null, null, "/reviews/0", List.of(), List.of(), 0).takes(entry))
                .isTrue();
        assertThat(new TailFilter(null, null, null, List.of("404", "2xx"), List.of(), 0).takes(entry))
                .isFalse();
        assertThat(new TailFilter(null, null, null, List.of(), List.of("UH"), 0).takes(entry))
                .isFalse();
        assertThat(new TailFilter(null, null, null, List.of(), List.of(), 10_000).takes(entry))
                .isFalse();
    }

    @Test
    void statusOfAnotherFormIsRefusedWithWhatWasExpected() {
        assertThatThrownBy(() -> new TailFilter(null, null, null, List.of("5x"), List.of(), 0))
                .hasMessage("status: \"5x\" (expected: a code as 404 or a class as 5xx)");
    }

    @Test
    void clientSkipsAboveItsRateAndCountsIt() throws InterruptedException {
        TailClient client = new TailClient(TailFilter.ALL, 2);
        for (int i = 0; i < 5; i++) {
            client.offer(entry, 0);
        }
        assertThat(client.takeSkipped()).isEqualTo(3);
        assertThat(client.takeSkipped()).isZero();
        client.offer(entry, 1_000_000_000L);
        assertThat(client.poll(0)).isNotNull();
        assertThat(client.poll(0)).isNotNull();
        assertThat(client.poll(0)).isNotNull();
        assertThat(client.poll(0)).isNull();
    }

    @Test
    void slowClientSkipsWhatDoesNotFit() {
        TailClient client = new TailClient(TailFilter.ALL, 10_000);
        for (int i = 0; i < 1_000; i++) {
            client.offer(entry, 0);
        }
        assertThat(client.takeSkipped()).isEqualTo(1_000 - 512);
    }
}
