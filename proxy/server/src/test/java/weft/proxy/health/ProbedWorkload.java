package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.log.WireCodec;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.upstream.HostResolver;
import weft.proxy.upstream.Http1Connector;
import weft.schema.ReadinessProbe;

/** A workload that is probed with short seconds, and what is told of it. Confined to the test's thread. */
final class ProbedWorkload implements AutoCloseable {
    /** What a second of a probe's figures lasts. */
    static final long SECOND_MILLIS = 60;

    private final Workers workers = Workers.start(1, 1);
    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final HostResolver resolver;
    private @Nullable ReadinessCheck check;

    private record Told(boolean isReady, String details) {}

    ProbedWorkload(HostResolver resolver) {
        this.resolver = resolver;
        WireCodec.withLocalSchemas(); // before any record is made: Avro must trust the classes
    }

    /** Once a second, with much time to answer in. */
    static ReadinessProbe.Builder probe() {
        return ReadinessProbe.newBuilder().setPeriodSeconds(1).setTimeoutSeconds(20);
    }

    void start(ReadinessProbe.Builder probe) {
        ReadinessCheck.Reach reach = new ReadinessCheck.Reach(
                workers.all().get(0),
                new Http1Connector(workers.socketChannel(), Http1Limits.DEFAULT),
                workers.socketChannel(),
                resolver,
                port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        check = ReadinessCheck.start(
                probe.build(), reach, (is, details) -> told.add(new Told(is, details)), SECOND_MILLIS);
    }

    private Told next() throws InterruptedException {
        Told next = told.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a judgement").isNotNull();
        return next == null ? new Told(false, "") : next;
    }

    void assertReady() throws InterruptedException {
        assertThat(next()).isEqualTo(new Told(true, ""));
    }

    void assertNotReady(String... details) throws InterruptedException {
        Told answer = next();
        assertThat(answer.isReady()).isFalse();
        assertThat(answer.details()).contains(details);
    }

    void assertNothingMore() {
        assertThat(told).isEmpty();
    }

    void stopProbing() {
        if (check != null) {
            check.close();
        }
    }

    @Override
    public void close() {
        stopProbing();
        workers.close();
    }
}
