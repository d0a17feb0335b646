import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import weft.log.ApplyReport;
import weft.log.BundleDraft;
import weft.log.ProxyRoster;
import weft.log.PublishResult;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.schema.Gateway;
import weft.schema.GatewaySpec;
import weft.schema.HTTPBody;
import weft.schema.HTTPDirectResponse;
import weft.schema.HTTPRoute;
import weft.schema.Metadata;
import weft.schema.GatewayPort;
import weft.schema.GatewayServer;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** Publishes bundles and prints how long after the acknowledgement each proxy served them; see apply-latency. */
public final class ApplyLatency {
    private static final Duration KAFKA = Duration.ofSeconds(30);
    private static final Duration ALL_THERE = Duration.ofMinutes(10);
    private static final Duration APPLIED = Duration.ofSeconds(30);
    /** The first bundles find classes to load and code to compile. */
    private static final int WARM_UP = 5;

    private ApplyLatency() {}

    public static void main(String[] args) throws Exception {
        Map<String, Object> kafka = Map.of("bootstrap.servers", args[0]);
        int proxies = Integer.parseInt(args[1]);
        int bundles = Integer.parseInt(args[2]);
        int routes = Integer.parseInt(args[3]);
        long pauseMillis = Long.parseLong(args[4]);
        TopicNames names = TopicNames.DEFAULT;
        WireCodec codec = WireCodec.withLocalSchemas();
        List<Long> each = new ArrayList<>();
        List<Long> last = new ArrayList<>();
        List<Long> ack = new ArrayList<>();
        List<Long> heard = new ArrayList<>();
        List<Long> build = new ArrayList<>();
        try (RulePublisher publisher = RulePublisher.open(kafka, names, codec, "apply-latency", KAFKA);
                ProxyRoster roster = ProxyRoster.open(kafka, names, codec, KAFKA)) {
            publisher.publish(BundleDraft.upserting(first(routes)));
            awaitProxies(roster, proxies);
            for (int i = 0; i < WARM_UP + bundles; i++) {
                Thread.sleep(pauseMillis);
                long began = System.nanoTime();
                PublishResult result = publisher.publish(BundleDraft.upserting(List.of(route("changing", proxies + "r" + i))));
                long ackNanos = System.nanoTime() - began;
                long acked = System.currentTimeMillis();
                ApplyReport report = roster.awaitApplied(result.revision(), APPLIED, answer -> {});
                if (!report.isApplied() || report.answers().size() != proxies) {
                    throw new IllegalStateException("bundle " + result.revision() + ": " + report.answers());
                }
                if (i < WARM_UP) {
                    continue;
                }
                ack.add(ackNanos / 1_000_000);
                report.answers().forEach(answer -> build.add(answer.status().getTableBuildMicros() / 1_000));
                heard.add(report.nanos() / 1_000_000);
                List<Long> delays = report.answers().stream()
                        .map(answer -> Math.max(0, answer.status().getSwappedAt() - acked))
                        .sorted()
                        .toList();
                each.addAll(delays);
                last.add(delays.get(delays.size() - 1));
            }
        }
        System.out.printf("%d proxies, %d bundles, %d other routes%n", proxies, bundles, routes);
        System.out.printf("%-44s %6s %6s %6s ms%n", "", "p50", "p99", "max");
        print("publish: call to acknowledgement", ack);
        print("acknowledgement to serving, each proxy", each);
        print("acknowledgement to serving, slowest proxy", last);
        print("  of which decoding, compiling and swapping", build);
        print("acknowledgement to all reports heard", heard);
    }

    private static void awaitProxies(ProxyRoster roster, int proxies) {
        long deadline = System.nanoTime() + ALL_THERE.toNanos();
        while (roster.live().size() < proxies) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(roster.live().size() + " of " + proxies + " proxies came up");
            }
            roster.poll(Duration.ofMillis(200));
        }
    }

    private static List<SpecificRecord> first(int routes) {
        GatewayPort port = GatewayPort.newBuilder().setNumber(8080).setName("http").setProtocol("HTTP").build();
        GatewayServer server = GatewayServer.newBuilder().setPort(port).setHosts(List.of("*")).build();
        List<SpecificRecord> rules = new ArrayList<>();
        rules.add(Gateway.newBuilder()
                .setMetadata(metadata("bench"))
                .setSpec(GatewaySpec.newBuilder()
                        .setSelector(Map.of("istio", "ingressgateway"))
                        .setServers(List.of(server))
                        .build())
                .build());
        for (int i = 0; i < routes; i++) {
            rules.add(route("route-" + i, "unchanged"));
        }
        rules.add(route("changing", "first"));
        return rules;
    }

    private static VirtualService route(String name, String body) {
        HTTPDirectResponse response = HTTPDirectResponse.newBuilder()
                .setStatus(200)
                .setBody(HTTPBody.newBuilder().setString(body).build())
                .build();
        return VirtualService.newBuilder()
                .setMetadata(metadata(name))
                .setSpec(VirtualServiceSpec.newBuilder()
                        .setHosts(List.of(name + ".example"))
                        .setGateways(List.of("bench"))
                        .setHttp(List.of(
                                HTTPRoute.newBuilder().setDirectResponse(response).build()))
                        .build())
                .build();
    }

    private static Metadata metadata(String name) {
        return Metadata.newBuilder().setName(name).build();
    }

    private static void print(String what, List<Long> millis) {
        List<Long> sorted = millis.stream().sorted().toList();
        System.out.printf(
                "%-44s %6d %6d %6d%n",
                what,
                sorted.get(sorted.size() / 2),
                sorted.get(Math.min(sorted.size() - 1, sorted.size() * 99 / 100)),
                sorted.get(sorted.size() - 1));
    }
}
