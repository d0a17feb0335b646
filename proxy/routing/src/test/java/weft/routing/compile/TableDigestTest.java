package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.Test;
import weft.log.WireCodec;
import weft.rules.Rule;
import weft.schema.AuthorizationPolicy;
import weft.schema.DestinationRule;
import weft.schema.Gateway;
import weft.schema.HealthCheckPolicy;
import weft.schema.Metadata;
import weft.schema.RateLimitPolicy;
import weft.schema.ServiceEntry;
import weft.schema.Telemetry;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;
import weft.schema.WorkloadGroup;

class TableDigestTest {
    private static final List<Schema> KINDS = List.of(
            VirtualService.getClassSchema(),
            DestinationRule.getClassSchema(),
            ServiceEntry.getClassSchema(),
            Gateway.getClassSchema(),
            AuthorizationPolicy.getClassSchema(),
            Telemetry.getClassSchema(),
            WorkloadGroup.getClassSchema(),
            RateLimitPolicy.getClassSchema(),
            HealthCheckPolicy.getClassSchema());

    TableDigestTest() {
        WireCodec.withLocalSchemas(); // Avro copies no generated record before this package is trusted
    }

    @Test
    void rulesAreHashedAsTheBytesThatAvroWouldWrite() throws Exception {
        long seed = new Random().nextLong();
        RuleBytes bytes = new RuleBytes();
        for (Schema kind : KINDS) {
            for (Object random : new RandomData(kind, 20, seed, false)) {
                IndexedRecord rule = (IndexedRecord) SpecificData.get().deepCopy(kind, random);
                bytes.clear();
                bytes.put(rule);
                assertThat(Arrays.copyOf(bytes.array(), bytes.length()))
                        .as("%s, seed %d", kind.getName(), seed)
                        .isEqualTo(written(kind, rule));
            }
        }
    }

    @Test
    void neitherOrderNorHistoryNorTheOrderOfLabelsMatters() {
        Rule one = rule("one", Map.of("app", "a", "version", "v1", "tier", "front"));
        Rule two = rule("two", new TreeMap<>(Map.of("app", "b")));
        Rule again = rule("one", new TreeMap<>(Map.of("tier", "front", "version", "v1", "app", "a")));
        TableDigest.Sum sum = new TableDigest.Sum();
        sum.change(null, rule("one", Map.of()));
        sum.change(null, two);
        sum.change(rule("one", Map.of()), again);
        assertThat(sum.digest())
                .isEqualTo(TableDigest.of(List.of(one, two)))
                .isNotEqualTo(TableDigest.of(List.of(two)))
                .isNotEqualTo(TableDigest.of(List.of(rule("one", Map.of("app", "a")), two)));
        sum.change(again, null);
        assertThat(sum.digest()).isEqualTo(TableDigest.of(List.of(two)));
    }

    private static Rule rule(String name, Map<String, String> labels) {
        VirtualService resource = VirtualService.newBuilder()
                .setMetadata(
                        Metadata.newBuilder().setName(name).setLabels(labels).build())
                .setSpec(VirtualServiceSpec.newBuilder().build())
                .build();
        return Rule.of(resource);
    }

    private static byte[] written(Schema schema, Object value) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new SpecificDatumWriter<>(schema) {
            @Override
            protected Iterable<Map.Entry<Object, Object>> getMapEntries(Object map) {
                return new TreeMap<Object, Object>((Map<?, ?>) map).entrySet();
            }
        }.write(value, encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
