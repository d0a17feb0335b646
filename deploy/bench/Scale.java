import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import weft.log.ApplyReport;
import weft.log.BundleDraft;
import weft.log.ProxyRoster;
import weft.log.PublishResult;
import weft.log.RecordDecoder;
import weft.log.RuleLogView;
import weft.log.RulePublisher;
import weft.log.SchemaLog;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.schema.Gateway;
import weft.schema.GatewayPort;
import weft.schema.GatewayServer;
import weft.schema.GatewaySpec;
import weft.schema.HTTPBody;
import weft.schema.HTTPDirectResponse;
import weft.schema.HTTPRoute;
import weft.schema.Metadata;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** Publishes very many rules, and very many bundles, and prints what each takes; see scale. */
public final class Scale {
    private static final Duration KAFKA = Duration.ofSeconds(120);
    private static final Duration APPLIED = Duration.ofSeconds(120);
    private static final int WARM_UP = 5;

    private final Map<String, Object> kafka;
    private final WireCodec codec = WireCodec.withLocalSchemas();
    private final String weft;
    private final int http;
    private final int admin;
    private final Path folder;

    private Scale(String bootstrap, String weft, int http, int admin, Path folder) {
        this.kafka = Map.of("bootstrap.servers", bootstrap);
        this.weft = weft;
        this.http = http;
        this.admin = admin;
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        int[] numbers = new int[4];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Integer.parseInt(args[1 + i]);
        }
        new Scale(args[0], args[5], Integer.parseInt(args[6]), Integer.parseInt(args[7]), Path.of(args[8]))
                .run(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    private void run(int rules, int perBundle, int small, int changes) throws Exception {
        try (RulePublisher publisher = RulePublisher.open(kafka, TopicNames.DEFAULT, codec, "scale", KAFKA)) {
            publishAll(publisher, rules, perBundle);
            readAll();
            Process proxy = start("from the log");
            try (ProxyRoster roster = ProxyRoster.open(kafka, TopicNames.DEFAULT, codec, KAFKA)) {
                oneAtATime(publisher, roster, changes);
                manyInARow(publisher, roster, small, proxy);
                memory("gateway after all of it", proxy);
            }
            proxy.destroy();
            proxy.waitFor();
            Process again = start("from its files");
            again.destroy();
            again.waitFor();
        }
    }

    private void publishAll(RulePublisher publisher, int rules, int perBundle) {
        publisher.publish(BundleDraft.upserting(List.of(gateway(), route("changing", "first"))));
        long began = System.nanoTime();
        long cpu = cpuMillis(ProcessHandle.current());
        List<Long> each = new ArrayList<>();
        for (int from = 0; from < rules; from += perBundle) {
            List<SpecificRecord> bundle = new ArrayList<>();
            for (int i = from; i < Math.min(rules, from + perBundle); i++) {
                bundle.add(route("route-" + i, "unchanged"));
            }
            long start = System.nanoTime();
            publisher.publish(BundleDraft.upserting(bundle));
            each.add(millis(start));
        }
        System.out.printf(
                "publish %d rules, %d a bundle: %d ms, slowest bundle %d ms; CPU of the publisher %d ms%n",
                rules,
                perBundle,
                millis(began),
                each.stream().mapToLong(l -> l).max().orElse(0),
                cpuMillis(ProcessHandle.current()) - cpu);
    }

    private void readAll() {
        long began = System.nanoTime();
        long cpu = cpuMillis(ProcessHandle.current());
        RecordDecoder decoder =
                new RecordDecoder(codec, new SchemaLog(kafka, TopicNames.DEFAULT, codec, KAFKA));
        try (RuleLogView view = new RuleLogView(kafka, TopicNames.DEFAULT, decoder, KAFKA)) {
            int found = view.refresh(KAFKA).rules().size();
            System.out.printf(
                    "read %d rules into a publisher: %d ms; CPU %d ms%n",
                    found, millis(began), cpuMillis(ProcessHandle.current()) - cpu);
        }
    }

    private Process start(String what) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process proxy = new ProcessBuilder(
                        weft, "proxy", "--mode", "gateway", "--id", "bench", "--namespace", "istio-system",
                        "--labels", "istio=ingressgateway", "--kafka", String.valueOf(kafka.get("bootstrap.servers")),
                        "--admin", "127.0.0.1:" + admin, "--ready", "127.0.0.1:" + (admin + 1),
                        "--bind-address", "127.0.0.1", "--bind-port", "8080=" + http, "--threads", "1",
                        "--data-dir", folder.resolve("proxy").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("proxy.log").toFile()))
                .start();
        while (!proxy.isAlive() || status() != 200) {
            if (!proxy.isAlive()) {
                throw new IllegalStateException(Files.readString(folder.resolve("proxy.log")));
            }
            Thread.sleep(20);
        }
        System.out.printf(
                "gateway %s, start of the process to its first answer: %d ms; CPU %d ms%n",
                what, millis(began), cpuMillis(proxy.toHandle()));
        memory("gateway " + what, proxy);
        return proxy;
    }

    private static void memory(String what, Process process) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS")) {
                System.out.printf("%s, resident: %d MiB%n", what, Long.parseLong(line.replaceAll("\\D", "")) / 1024);
            }
        }
    }

    private void oneAtATime(RulePublisher publisher, ProxyRoster roster, int changes) {
        List<Long> publish = new ArrayList<>();
        List<Long> serving = new ArrayList<>();
        List<Long> build = new ArrayList<>();
        for (int i = 0; i < WARM_UP + changes; i++) {
            long began = System.nanoTime();
            PublishResult result = publisher.publish(BundleDraft.upserting(List.of(route("changing", "one-" + i))));
            long acked = System.currentTimeMillis();
            long took = millis(began);
            ApplyReport report = roster.awaitApplied(result.revision(), APPLIED, told -> {});
            if (!report.isApplied()) {
                throw new IllegalStateException("not applied: " + report.answers());
            }
            if (i >= WARM_UP) {
                publish.add(took);
                var status = report.answers().get(0).status();
                serving.add(Math.max(0, status.getSwappedAt() - acked));
                build.add(status.getTableBuildMicros());
            }
        }
        print("one change: call to acknowledgement, ms", publish);
        print("one change: acknowledgement to serving, ms", serving);
        print("one change: decoding, compiling, swapping, us", build);
    }

    private void manyInARow(RulePublisher publisher, ProxyRoster roster, int bundles, Process proxy)
            throws Exception {
        AtomicBoolean ending = new AtomicBoolean();
        AtomicLong answered = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        Thread client = new Thread(() -> {
            while (!ending.get()) {
                (status() == 200 ? answered : failed).incrementAndGet();
            }
        });
        client.start();
        List<Long> each = new ArrayList<>();
        long began = System.nanoTime();
        long ours = cpuMillis(ProcessHandle.current());
        long theirs = cpuMillis(proxy.toHandle());
        long revision = 0;
        for (int i = 0; i < bundles; i++) {
            long start = System.nanoTime();
            revision = publisher
                    .publish(BundleDraft.upserting(List.of(route("changing", "many-" + i))))
                    .revision();
            each.add(millis(start));
        }
        long published = millis(began);
        ApplyReport report = roster.awaitApplied(revision, APPLIED, told -> {});
        System.out.printf(
                "%d bundles in a row: %d ms, all served after %d ms more; CPU of publisher and client %d ms, of the gateway %d ms%n",
                bundles,
                published,
                report.nanos() / 1_000_000,
                cpuMillis(ProcessHandle.current()) - ours,
                cpuMillis(proxy.toHandle()) - theirs);
        ending.set(true);
        client.join();
        print("one of many: call to acknowledgement, ms", each);
        System.out.printf(
                "requests meanwhile: %d answered 200, %d failed; proxies that follow: %b%n",
                answered.get(), failed.get(), report.isApplied());
    }

    /** Status of one request on a connection of its own; 0 without an answer. */
    private int status() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
            OutputStream out = socket.getOutputStream();
            out.write("GET / HTTP/1.1\r\nHost: changing.example\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String line = in.readLine();
            while (in.readLine() != null) {}
            return line == null ? 0 : Integer.parseInt(line.split(" ")[1]);
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    /** What a process has used so far; on a busy machine it says more than the clock. */
    private static long cpuMillis(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
    }

    private static long millis(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1_000_000;
    }

    private static void print(String what, List<Long> values) {
        List<Long> sorted = values.stream().sorted().toList();
        System.out.printf(
                "%-48s p50 %6d   p99 %6d   max %6d%n",
                what,
                sorted.get(sorted.size() / 2),
                sorted.get(Math.min(sorted.size() - 1, sorted.size() * 99 / 100)),
                sorted.get(sorted.size() - 1));
    }

    private static Gateway gateway() {
        GatewayPort port = GatewayPort.newBuilder()
                .setNumber(8080)
                .setName("http")
                .setProtocol("HTTP")
                .build();
        GatewayServer server =
                GatewayServer.newBuilder().setPort(port).setHosts(List.of("*")).build();
        return Gateway.newBuilder()
                .setMetadata(Metadata.newBuilder().setName("bench").build())
                .setSpec(GatewaySpec.newBuilder()
                        .setSelector(Map.of("istio", "ingressgateway"))
                        .setServers(List.of(server))
                        .build())
                .build();
    }

    private static VirtualService route(String name, String body) {
        HTTPDirectResponse response = HTTPDirectResponse.newBuilder()
                .setStatus(200)
                .setBody(HTTPBody.newBuilder().setString(body).build())
                .build();
        return VirtualService.newBuilder()
                .setMetadata(Metadata.newBuilder().setName(name).build())
                .setSpec(VirtualServiceSpec.newBuilder()
                        .setHosts(List.of(name + ".example"))
                        .setGateways(List.of("bench"))
                        .setHttp(List.of(HTTPRoute.newBuilder()
                                .setDirectResponse(response)
                                .build()))
                        .build())
                .build();
    }
}
