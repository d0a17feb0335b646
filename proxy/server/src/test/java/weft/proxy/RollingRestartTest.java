package weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.BundleDraft;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestUpstream;
import weft.schema.HTTPHealthCheckConfig;
import weft.schema.Metadata;
import weft.schema.ReadinessProbe;
import weft.schema.ServiceEntry;
import weft.schema.ServiceEntryResolution;
import weft.schema.ServiceEntrySpec;
import weft.schema.ServicePort;
import weft.schema.WorkloadEntrySpec;
import weft.schema.WorkloadGroup;
import weft.schema.WorkloadGroupSpec;
import weft.schema.WorkloadSelector;

/** Sidecars that register their workloads over a real broker, and what a client of those workloads sees. */
class RollingRestartTest {
    private static final Duration DEADLINE = Duration.ofSeconds(40);
    private static final String HOST = "cart.test";

    @TempDir
    private Path folder;

    private final TopicNames names = new TopicNames(TestBroker.freshTopics().prefix());
    private final String kafka =
            String.valueOf(TestBroker.shared().clientProperties().get("bootstrap.servers"));
    private final List<Member> members = new ArrayList<>();
    private final List<ProxyProcess> others = new ArrayList<>();

    /** One workload: its application and the sidecar beside it. */
    private record Member(String id, TestUpstream application, AtomicBoolean isReady, ProxyProcess sidecar) {
        void stop() throws IOException {
            sidecar.stop();
            application.close();
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (Member member : members) {
            member.stop();
        }
        others.forEach(ProxyProcess::stop);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Metadata metadata(String name) {
        return Metadata.newBuilder().setName(name).build();
    }

    private void publishRules() {
        WireCodec codec = WireCodec.withLocalSchemas(); // before any record is made: Avro must trust the classes
        SpecificRecord group = new WorkloadGroup(
                metadata("cart"),
                WorkloadGroupSpec.newBuilder()
                        .setTemplate(WorkloadEntrySpec.newBuilder()
                                .setPorts(Map.of("http", 80L))
                                .setLabels(Map.of("app", "cart"))
                                .build())
                        .setProbe(ReadinessProbe.newBuilder()
                                .setPeriodSeconds(1)
                                .setFailureThreshold(1)
                                .setHttpGet(HTTPHealthCheckConfig.newBuilder()
                                        .setPath("/ready")
                                        .setPort(80)
                                        .build())
                                .build())
                        .build());
        SpecificRecord service = new ServiceEntry(
                metadata("cart"),
                ServiceEntrySpec.newBuilder()
                        .setHosts(List.of(HOST))
                        .setPorts(List.of(ServicePort.newBuilder()
                                .setNumber(80)
                                .setName("http")
                                .build()))
                        .setResolution(ServiceEntryResolution.STATIC)
                        .setWorkloadSelector(WorkloadSelector.newBuilder()
                                .setLabels(Map.of("app", "cart"))
                                .build())
                        .build());
        try (RulePublisher publisher =
                RulePublisher.open(TestBroker.shared().clientProperties(), names, codec, "test", DEADLINE)) {
            publisher.publish(BundleDraft.upserting(List.of(group, service)));
        }
    }

    private ProxyProcess sidecar(String id, String... more) throws StartFailure, IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--mode=sidecar",
                "--id=" + id,
                "--kafka=" + kafka,
                "--topic-prefix=" + names.prefix(),
                "--admin=127.0.0.1:" + freePort(),
                "--ready=127.0.0.1:" + freePort(),
                "--bind-address=127.0.0.1",
                "--threads=1",
                "--data-dir=" + folder.resolve(id)));
        arguments.addAll(List.of(more));
        ProxyCommand command = new ProxyCommand();
        Main.commandLine(command, Map.of()).parseArgs(arguments.toArray(String[]::new));
        return ProxyProcess.start(ProxySettings.of(command));
    }

    /** An application that answers with its name, and its sidecar. */
    private Member member(String id, String name) throws StartFailure, IOException {
        AtomicBoolean isReady = new AtomicBoolean(true);
        TestUpstream application =
                TestUpstream.answering(request -> request.target().equals("/ready") && !isReady.get()
                        ? "HTTP/1.1 503 Not yet\r\ncontent-length: 0\r\n\r\n"
                        : TestUpstream.ok(name));
        ProxyProcess process = sidecar(
                id,
                "--outbound=127.0.0.1:" + freePort(),
                "--inbound=" + freePort() + ":127.0.0.1:" + application.port() + ":80",
                "--workload-group=default/cart",
                "--address=127.0.0.1");
        Member member = new Member(id, application, isReady, process);
        members.add(member);
        return member;
    }

    /** Sends requests until told to stop; counts what is no 200, and who answered. */
    private static final class Load implements AutoCloseable {
        private final int port;
        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final List<String> failures = new CopyOnWriteArrayList<>();
        private final AtomicInteger requests = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean isStopped;

        Load(int port) {
            this.port = port;
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(this::run, "load-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void run() {
            try (TestClient client = new TestClient(port)) {
                while (!isStopped) {
                    HttpMessage response = client.get(HOST, "/");
                    requests.incrementAndGet();
                    if (response.status() == 200) {
                        seen.add(response.text());
                    } else {
                        failures.add(response.startLine() + " " + response.text());
                    }
                }
            } catch (IOException e) {
                failures.add(e.toString());
            }
        }

        void awaitOnly(String... names) {
            await().atMost(DEADLINE).until(() -> {
                seen.clear();
                int begin = requests.get();
                await().atMost(DEADLINE).until(() -> requests.get() >= begin + 40);
                return new HashSet<>(seen).equals(Set.of(names));
            });
        }

        @Override
        public void close() throws InterruptedException {
            isStopped = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private int client() throws StartFailure, IOException {
        int port = freePort();
        others.add(sidecar("client", "--outbound=127.0.0.1:" + port));
        return port;
    }

    private static void awaitServed(int port, String name) {
        await().atMost(DEADLINE).ignoreExceptions().until(() -> {
            try (TestClient client = new TestClient(port)) {
                return client.get(HOST, "/").text().equals(name);
            }
        });
    }

    @Test
    void aRollingRestartFailsNoRequest() throws Exception {
        publishRules();
        Member a = member("a", "a1");
        Member b = member("b", "b1");
        int port = client();
        awaitServed(port, "a1");
        awaitServed(port, "b1");
        try (Load load = new Load(port)) {
            load.awaitOnly("a1", "b1");
            a.stop();
            load.awaitOnly("b1");
            member("a", "a2");
            load.awaitOnly("a2", "b1");
            b.stop();
            load.awaitOnly("a2");
            Member again = member("b", "b2");
            load.awaitOnly("a2", "b2");

            again.isReady().set(false);
            load.awaitOnly("a2");
            again.isReady().set(true);
            load.awaitOnly("a2", "b2");
            assertThat(load.failures).isEmpty();
        }
    }
}
