package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.Test;
import weft.schema.Metadata;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

class SharedPartsTest {
    private final WireCodec codec = WireCodec.withLocalSchemas();
    private final SharedParts shared = new SharedParts();

    @Test
    void rulesOfEveryKindStayEqualToWhatWasRead() throws Exception {
        long seed = new Random().nextLong();
        List<Schema> kinds = WireCodec.localSchemas().stream()
                .filter(schema -> schema.getField("spec") != null)
                .toList();
        assertThat(kinds).hasSizeGreaterThan(10);
        for (Schema kind : kinds) {
            for (Object random : new RandomData(kind, 20, seed, false)) {
                byte[] bytes = encoded(kind, random);
                SpecificRecord read = codec.decode(bytes);
                SpecificRecord compact = shared.in(codec.decode(bytes));
                assertThat(compact)
                        .as("%s, seed %d", kind.getName(), seed)
                        .isEqualTo(read)
                        .hasSameHashCodeAs(read)
                        .hasToString(read.toString());
                assertThat(codec.decode(codec.encode(compact))).isEqualTo(read);
            }
        }
    }

    @Test
    void equalPartsOfTwoRulesAreOne() throws Exception {
        Metadata one = ((VirtualService) shared.in(codec.decode(codec.encode(rule("one"))))).getMetadata();
        Metadata two = ((VirtualService) shared.in(codec.decode(codec.encode(rule("two"))))).getMetadata();
        assertThat(one.getName()).isEqualTo("one");
        assertThat(two.getName()).isEqualTo("two");
        assertThat(two.getNamespace()).isEqualTo("shop").isSameAs(one.getNamespace());
        assertThat(two.getLabels()).isEmpty();
        assertThat(two.getLabels()).isSameAs(one.getAnnotations());
    }

    @Test
    void partsRefuseToBeWrittenTo() throws Exception {
        VirtualService rule = (VirtualService) shared.in(codec.decode(codec.encode(rule("one"))));
        List<String> gateways = rule.getSpec().getGateways();
        assertThat(gateways).containsExactly("north", "south");
        assertThatThrownBy(() -> gateways.set(0, "east")).isInstanceOf(UnsupportedOperationException.class);
        List<String> hosts = rule.getSpec().getHosts();
        assertThatThrownBy(() -> hosts.add("other")).isInstanceOf(UnsupportedOperationException.class);
    }

    private static VirtualService rule(String name) {
        return VirtualService.newBuilder()
                .setMetadata(
                        Metadata.newBuilder().setName(name).setNamespace("shop").build())
                .setSpec(VirtualServiceSpec.newBuilder()
                        .setHosts(List.of(name))
                        .setGateways(List.of("north", "south"))
                        .build())
                .build();
    }

    private static byte[] encoded(Schema schema, Object value) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0xC3);
        out.write(0x01);
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(WireCodec.fingerprint(schema))
                .array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<>(schema).write(value, encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
