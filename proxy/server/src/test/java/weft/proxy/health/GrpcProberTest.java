package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.proxy.health.ProbeResult.Kind;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.HealthProbe;

/** Calls of the gRPC health service over a real connection. */
class GrpcProberTest {
    private final Workers workers = Workers.start(1, 1);
    private final Worker worker = workers.all().get(0);

    @AfterEach
    void stop() {
        workers.close();
    }

    private Prober prober(String service, int port) {
        return new GrpcProber(
                new HealthProbe.Grpc(service, "app.test"),
                new ProbeTarget(
                        worker,
                        workers.socketChannel(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        1_000));
    }

    private ProbeResult ask(Prober prober) throws Exception {
        CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
        worker.eventLoop().execute(() -> prober.probe(answer::complete));
        return answer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void servingPassesAndAnythingElseIsTheEndpointsOwnWord() throws Exception {
        try (GrpcHealthServer server = new GrpcHealthServer(1)) {
            Prober prober = prober("shop.Cart", server.port());
            assertThat(ask(prober)).isEqualTo(ProbeResult.PASSED);
            assertThat(ask(prober)).isEqualTo(ProbeResult.PASSED);
            assertThat(server.connections()).as("kept between probes").isEqualTo(1);
            assertThat(server.calls().get(0))
                    .isEqualTo("POST /grpc.health.v1.Health/Check app.test 000000000b0a0973686f702e43617274");
            server.answer(2, 0);
            assertThat(ask(prober)).isEqualTo(ProbeResult.refused("NOT_SERVING"));
            server.answer(0, 0);
            assertThat(ask(prober)).isEqualTo(ProbeResult.refused("UNKNOWN"));
            server.answer(1, 5);
            assertThat(ask(prober)).isEqualTo(ProbeResult.refused("grpc-status 5"));
            server.answer(1, 0);
            assertThat(ask(prober)).isEqualTo(ProbeResult.PASSED);
        }
    }

    @Test
    void theWholeServerIsAskedForWithAnEmptyMessage() throws Exception {
        try (GrpcHealthServer server = new GrpcHealthServer(1)) {
            assertThat(ask(prober("", server.port()))).isEqualTo(ProbeResult.PASSED);
            assertThat(server.calls().get(0)).endsWith(" 0000000000");
        }
    }

    @Test
    void whoSpeaksNoHttp2OrIsGoneFailsByTheNetwork() throws Exception {
        int port;
        try (TestUpstream plain = TestUpstream.saying("hello")) {
            port = plain.port();
            assertThat(ask(prober("", port)).kind()).isEqualTo(Kind.NETWORK_FAILURE);
        }
        assertThat(ask(prober("", port)).kind()).isEqualTo(Kind.NETWORK_FAILURE);
    }

    @Test
    void aConnectionThatTheServerClosedMeanwhileIsReplaced() throws IOException, Exception {
        GrpcHealthServer first = new GrpcHealthServer(1);
        Prober prober = prober("", first.port());
        assertThat(ask(prober)).isEqualTo(ProbeResult.PASSED);
        first.close();
        ProbeResult afterwards = ask(prober);
        assertThat(afterwards.kind()).as("nobody listens any more").isEqualTo(Kind.NETWORK_FAILURE);
    }
}
