package weft.local.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import weft.log.BundleDraft;
import weft.log.PublishResult;
import weft.log.RulePublisher;
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

/**
 * A publisher that says what was acknowledged, as a process: {@code ChaosPublisher BOOTSTRAP FIRST_NUMBER}.
 *
 * <p>Each bundle gives both services the same number; {@code acked NUMBER REVISION BUNDLE} is printed once it is durable.
 */
final class ChaosPublisher {
    static final List<String> SERVICES = List.of("one", "two");
    private static final int PAUSE_MILLIS = 50;
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private ChaosPublisher() {}

    public static void main(String[] args) throws Exception {
        Map<String, Object> kafka = Map.of("bootstrap.servers", args[0]);
        long number = Long.parseLong(args[1]);
        long most = args.length > 2 ? Long.parseLong(args[2]) : Long.MAX_VALUE;
        try (RulePublisher publisher =
                RulePublisher.open(kafka, TopicNames.DEFAULT, WireCodec.withLocalSchemas(), "chaos", DEADLINE)) {
            for (long left = most; left > 0; left--, number++) {
                List<SpecificRecord> rules = new ArrayList<>(List.of(gateway()));
                for (String service : SERVICES) {
                    rules.add(service(service, number));
                }
                PublishResult result = publisher.publish(BundleDraft.upserting(rules));
                System.out.println("acked " + number + " " + result.revision() + " " + result.bundleId());
                Thread.sleep(PAUSE_MILLIS); // leaves the machine to the others
            }
        }
    }

    private static Gateway gateway() {
        return Gateway.newBuilder()
                .setMetadata(Metadata.newBuilder().setName("edge").build())
                .setSpec(GatewaySpec.newBuilder()
                        .setSelector(Map.of("istio", "ingressgateway"))
                        .setServers(List.of(GatewayServer.newBuilder()
                                .setPort(GatewayPort.newBuilder()
                                        .setNumber(80)
                                        .setName("http")
                                        .setProtocol("HTTP")
                                        .build())
                                .setHosts(List.of("*"))
                                .build()))
                        .build())
                .build();
    }

    private static VirtualService service(String name, long number) {
        HTTPDirectResponse response = HTTPDirectResponse.newBuilder()
                .setStatus(200)
                .setBody(HTTPBody.newBuilder().setString(Long.toString(number)).build())
                .build();
        return VirtualService.newBuilder()
                .setMetadata(Metadata.newBuilder().setName(name).build())
                .setSpec(VirtualServiceSpec.newBuilder()
                        .setHosts(List.of(name + ".example"))
                        .setGateways(List.of("edge"))
                        .setHttp(List.of(HTTPRoute.newBuilder()
                                .setDirectResponse(response)
                                .build()))
                        .build())
                .build();
    }
}
