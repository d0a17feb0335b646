package weft.proxy.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.HostResolver;
import weft.schema.GrpcHealthCheckConfig;
import weft.schema.HTTPHeader;
import weft.schema.HTTPHealthCheckConfig;
import weft.schema.ReadinessProbe;
import weft.schema.TCPHealthCheckConfig;

/** Each way to probe a workload and each figure of a probe, on real sockets and processes, with short seconds. */
@Timeout(60)
class ReadinessCheckTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private HostResolver resolver = host -> CompletableFuture.failedFuture(new IOException("no names here"));
    private final ProbedWorkload probed = new ProbedWorkload(host -> resolver.resolve(host));

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        probed.close();
    }

    private static ReadinessProbe.Builder http(HTTPHealthCheckConfig.Builder http) {
        return ProbedWorkload.probe().setHttpGet(http.build());
    }

    private static HTTPHealthCheckConfig.Builder on(int port) {
        return HTTPHealthCheckConfig.newBuilder().setPort(port);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String status(int status) {
        return "HTTP/1.1 " + status + " Whatever\r\ncontent-length: 0\r\n\r\n";
    }

    @Test
    void httpGetAsksForThePathWithTheHeadersAndTakes200To399() throws Exception {
        AtomicInteger status = new AtomicInteger(399);
        try (TestUpstream workload = TestUpstream.answering(request -> status(status.get()))) {
            HTTPHealthCheckConfig.Builder http = on(workload.port())
                    .setPath("/ready?full=1")
                    .setHttpHeaders(List.of(new HTTPHeader("X-Probe", "yes"), new HTTPHeader("Host", "cart.test")));
            probed.start(http(http).setFailureThreshold(1));
            probed.assertReady();
            HttpMessage asked = workload.requests().get(0);
            assertThat(asked.startLine()).isEqualTo("GET /ready?full=1 HTTP/1.1");
            assertThat(asked.field("x-probe")).isEqualTo("yes");
            assertThat(asked.field("host")).isEqualTo("cart.test");
            status.set(400);
            probed.assertNotReady("status 400");
            status.set(200);
            probed.assertReady();
            status.set(500);
            probed.assertNotReady("status 500");
        }
    }

    @Test
    void httpGetWithoutPathAsksForTheRootOfTheWorkload() throws Exception {
        try (TestUpstream workload = TestUpstream.saying("yes")) {
            probed.start(http(on(workload.port())));
            probed.assertReady();
            HttpMessage asked = workload.requests().get(0);
            assertThat(asked.target()).isEqualTo("/");
            assertThat(asked.field("host")).endsWith(":" + workload.port());
        }
    }

    @Test
    void hostIsLookedUpAwayFromTheLoopAndForEachProbe() throws Exception {
        AtomicReference<CompletableFuture<HostResolver.Resolution>> answer =
                new AtomicReference<>(CompletableFuture.failedFuture(new IOException("not yet")));
        List<String> names = new ArrayList<>();
        resolver = host -> {
            names.add(host);
            return Objects.requireNonNull(answer.get());
        };
        try (TestUpstream workload = TestUpstream.saying("yes")) {
            probed.start(http(on(workload.port()).setHost("app.internal")));
            probed.assertNotReady("app.internal does not resolve");
            answer.set(CompletableFuture.completedFuture(
                    new HostResolver.Resolution(List.of(InetAddress.getLoopbackAddress()), 0)));
            probed.assertReady();
            assertThat(names).containsOnly("app.internal");
            assertThat(workload.requests().get(0).field("host")).isEqualTo("app.internal:" + workload.port());
        }
    }

    @Test
    void hostThatIsAnAddressIsProbedInPlaceOfTheWorkload() throws Exception {
        try (TestUpstream workload = TestUpstream.saying("yes")) {
            probed.start(
                    ProbedWorkload.probe().setTcpSocket(new TCPHealthCheckConfig("127.0.0.1", (long) workload.port())));
            probed.assertReady();
        }
    }

    @Test
    void httpsTakesAnyCertificateAsKubernetesDoes() throws Exception {
        HttpsServer workload = https(certificate("CN=somebody.else", "-30d", 1));
        try {
            probed.start(
                    http(on(workload.getAddress().getPort()).setScheme("HTTPS").setPath("/ready")));
            probed.assertReady();
        } finally {
            workload.stop(0);
        }
    }

    @Test
    void httpsIsNotReadyWhereNoTlsIsSpoken() throws Exception {
        try (TestUpstream plain = TestUpstream.serving((self, socket) -> {
            InputStream in = socket.getInputStream();
            assertThat(in.read()).as("a TLS handshake").isEqualTo(22);
            socket.getOutputStream().write(status(200).getBytes(ISO_8859_1));
        })) {
            probed.start(http(on(plain.port()).setScheme("HTTPS")));
            probed.assertNotReady("not an SSL/TLS record");
        }
    }

    private SSLContext certificate(String name, String from, int days) throws Exception {
        Path store = folder.resolve("workload.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "workload",
                        "-keyalg",
                        "EC",
                        "-dname",
                        name,
                        "-startdate",
                        from,
                        "-validity",
                        String.valueOf(days),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private static HttpsServer https(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/ready", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void tcpSocketIsReadyOnceSomebodyListens() throws Exception {
        int port = closedPort();
        probed.start(ProbedWorkload.probe()
                .setTcpSocket(new TCPHealthCheckConfig("", (long) port))
                .setFailureThreshold(1));
        probed.assertNotReady("refused");
        try (ServerSocket workload = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            probed.assertReady();
            assertThat(workload.isBound()).isTrue();
        }
        probed.assertNotReady("refused");
    }

    @Test
    void grpcAsksTheHealthServiceForTheService() throws Exception {
        try (GrpcHealthServer workload = new GrpcHealthServer(2)) {
            probed.start(ProbedWorkload.probe()
                    .setGrpc(new GrpcHealthCheckConfig((long) workload.port(), "shop.Cart"))
                    .setFailureThreshold(1));
            probed.assertNotReady("NOT_SERVING");
            workload.answer(1, 0);
            probed.assertReady();
            assertThat(workload.calls().get(0))
                    .contains("Health/Check", HexFormat.of().formatHex("shop.Cart".getBytes(UTF_8)));
        }
    }

    @Test
    void thresholdsCountInARow() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        // Ready after two in a row, not ready after three in a row; single ones in between change nothing.
        String answers = "fpfpp" + "ffp" + "fff" + "p";
        try (TestUpstream workload = TestUpstream.answering(request -> {
            int n = asked.getAndIncrement();
            return status(n < answers.length() && answers.charAt(n) == 'f' ? 500 : 200);
        })) {
            probed.start(http(on(workload.port())).setSuccessThreshold(2).setFailureThreshold(3));
            probed.assertNotReady("status 500"); // the first, told once
            probed.assertReady();
            assertThat(asked.get()).isGreaterThanOrEqualTo(5);
            probed.assertNotReady("status 500");
            assertThat(asked.get()).isGreaterThanOrEqualTo(11);
            probed.assertReady();
            assertThat(asked.get()).isGreaterThanOrEqualTo(13);
            probed.assertNothingMore();
        }
    }

    @Test
    void nothingIsAskedBeforeTheInitialDelayNorFasterThanThePeriod() throws Exception {
        List<Long> at = new ArrayList<>();
        try (TestUpstream workload = TestUpstream.answering(request -> {
            at.add(System.nanoTime());
            return status(at.size() < 3 ? 500 : 200);
        })) {
            long begin = System.nanoTime();
            probed.start(http(on(workload.port())).setInitialDelaySeconds(5).setPeriodSeconds(3));
            probed.assertNotReady("status 500");
            probed.assertReady();
            assertThat(at.get(0) - begin)
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(5 * ProbedWorkload.SECOND_MILLIS));
            assertThat(at.get(2) - at.get(0))
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(2 * 3 * ProbedWorkload.SECOND_MILLIS - 20));
        }
    }

    @Test
    void workloadThatDoesNotAnswerInTimeIsNotReady() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (TestUpstream workload = TestUpstream.serving((self, socket) -> {
            while (self.receive(socket.getInputStream()) != null) {
                if (asked.incrementAndGet() > 1) {
                    socket.getOutputStream().write(status(200).getBytes(ISO_8859_1));
                }
            }
        })) {
            probed.start(http(on(workload.port())).setTimeoutSeconds(3));
            probed.assertNotReady("timeout");
            probed.assertReady();
            assertThat(workload.connections()).as("the silent one is given up").isEqualTo(2);
        }
    }
}
