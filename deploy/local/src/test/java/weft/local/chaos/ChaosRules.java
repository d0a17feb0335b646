package weft.local.chaos;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.RuleCheck;
import weft.publish.yaml.SourceText;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * The rules of a chaos test, each bundle with a number that every answer carries. Immutable.
 *
 * <p>One and two say the number themselves. Three is routed to a subset that is named after it and holds the endpoint of
 * its slot, so that a VirtualService beside the DestinationRule of another bundle would answer 503, or from a wrong slot.
 * Besides, each bundle writes one of many places, so that the last state shows more bundles than the last one.
 */
final class ChaosRules {
    static final int SLOTS = 4;
    static final int PLACES = 64;

    private static final String SCENERY = """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              selector: {istio: ingressgateway}
              servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: slots}
            spec:
              hosts: [slots.example]
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP}]
              endpoints:
            """;
    private static final String ENDPOINT = "  - {address: %s, ports: {http: %d}, labels: {slot: '%d'}}%n";
    private static final String SAYING = """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %1$s}
            spec:
              hosts: [%1$s.example]
              gateways: [edge]
              http: [{directResponse: {status: 200, body: {string: '%2$d'}}, headers: {response: {set: {x-bundle: '%2$d'}}}}]
            """;
    private static final String ROUTED = """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: three}
            spec:
              hosts: [three.example]
              gateways: [edge]
              http: [{route: [{destination: {host: slots.example, subset: n%1$d}}], headers: {response: {set: {x-bundle: '%1$d'}}}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: slots}
            spec: {host: slots.example, subsets: [{name: n%1$d, labels: {slot: '%2$d'}}]}
            """;

    private final DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE);
    private final String scenery;

    /** @param endpoints HOST:PORT of each slot */
    ChaosRules(List<String> endpoints) {
        StringBuilder text = new StringBuilder(SCENERY);
        for (int slot = 0; slot < endpoints.size(); slot++) {
            String[] endpoint = endpoints.get(slot).split(":", -1);
            text.append(String.format(ENDPOINT, endpoint[0], Integer.parseInt(endpoint[1]), slot));
        }
        scenery = text.toString();
    }

    static String place(long number) {
        return "place-" + number % PLACES;
    }

    static String slot(long number) {
        return String.valueOf(number % SLOTS);
    }

    /** All rules of a bundle; what is as it was already is not written. */
    List<SpecificRecord> bundle(long number) {
        String text = scenery
                + String.format(SAYING, "one", number)
                + String.format(SAYING, "two", number)
                + String.format(ROUTED, number, number % SLOTS)
                + String.format(SAYING, place(number), number);
        List<SpecificRecord> records = new ArrayList<>();
        for (DecodedDocument document : decoder.decode(new SourceText("chaos.yaml", text))) {
            records.add(((DecodedDocument.Resource) document).record());
        }
        return records;
    }

    /** Resources that every bundle writes. */
    List<RuleKey> keys() {
        return bundle(0).stream()
                .map(record -> Rule.of(record).key())
                .filter(key -> !key.name().startsWith("place-"))
                .toList();
    }
}
