package weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AccessLogQueueTest {
    @Test
    void fullQueueDropsAndCountsByCode() {
        AccessLogQueue queue = new AccessLogQueue(4);
        Requests request = Requests.request();
        for (int i = 0; i < 4; i++) {
            queue.finished(request.finished());
        }
        request.responseCode = 503;
        queue.finished(request.finished());
        queue.finished(request.finished());
        request.inbound = true;
        request.responseCode = 9_999;
        queue.finished(request.finished());

        List<String> drops = new ArrayList<>();
        assertThat(queue.dropped()).isEqualTo(3);
        assertThat(queue.settleDrops((inbound, code, n) -> drops.add(inbound + " " + code + " " + n)))
                .isEqualTo(3);
        assertThat(drops).containsExactly("false 503 2", "true 0 1");
        assertThat(queue.settleDrops((inbound, code, n) -> drops.add("again"))).isZero();
    }

    /** A connection is no request: its drop counts, but in no request total. */
    @Test
    void droppedConnectionsAreSettledWithoutACode() {
        AccessLogQueue queue = new AccessLogQueue(4);
        for (int i = 0; i < 7; i++) {
            queue.finished(Requests.connection());
        }
        assertThat(queue.dropped()).isEqualTo(3);
        List<String> drops = new ArrayList<>();
        assertThat(queue.settleDrops((inbound, code, n) -> drops.add("a request")))
                .isEqualTo(3);
        assertThat(drops).isEmpty();
        assertThat(queue.settleDrops((inbound, code, n) -> drops.add("again"))).isZero();
    }

    @Test
    void takenPlusDroppedIsWhatManyThreadsOffered() throws InterruptedException {
        AccessLogQueue queue = new AccessLogQueue(256);
        int threads = 4;
        int each = 50_000;
        FinishedRequest request = Requests.request().finished();
        List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Thread producer = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    queue.finished(request);
                }
            });
            producers.add(producer);
            producer.start();
        }
        AtomicLong taken = new AtomicLong();
        while (producers.stream().anyMatch(Thread::isAlive)) {
            queue.drain(r -> taken.incrementAndGet(), 100);
        }
        for (Thread producer : producers) {
            producer.join();
        }
        while (queue.drain(r -> taken.incrementAndGet(), 100) > 0) {}
        AtomicLong settled = new AtomicLong();
        queue.settleDrops((inbound, code, n) -> settled.addAndGet(n));
        assertThat(taken.get() + settled.get()).isEqualTo((long) threads * each);
        assertThat(settled.get()).isEqualTo(queue.dropped());
    }
}
