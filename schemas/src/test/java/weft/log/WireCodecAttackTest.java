package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static weft.log.testing.TestRules.virtualService;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import weft.log.WireException.Code;
import weft.schema.VirtualService;

/** Bytes that somebody chose: each is refused with a code, none costs more than a record may. */
class WireCodecAttackTest {
    private final WireCodec codec = WireCodec.withLocalSchemas();

    private Code refusal(byte[] bytes) {
        return catchThrowableOfType(WireException.class, () -> codec.decode(bytes))
                .code();
    }

    private static byte[] framed(Schema schema, byte[] body) {
        ByteBuffer bytes = ByteBuffer.allocate(10 + body.length).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.put((byte) 0xC3)
                .put((byte) 1)
                .putLong(WireCodec.fingerprint(schema))
                .put(body)
                .array();
    }

    @Test
    void whatIsNoRecordIsRefused() {
        byte[] high = new byte[1 << 20];
        Arrays.fill(high, (byte) 0xFF);
        assertThat(refusal(new byte[0])).isEqualTo(Code.BAD_FRAME);
        assertThat(refusal(high)).isEqualTo(Code.BAD_FRAME);
        assertThat(refusal(framed(Schema.create(Schema.Type.INT), high))).isEqualTo(Code.UNKNOWN_SCHEMA);
        assertThat(refusal(framed(VirtualService.getClassSchema(), high))).isEqualTo(Code.CORRUPT_BODY);
        assertThat(refusal(framed(VirtualService.getClassSchema(), new byte[0])))
                .isEqualTo(Code.CORRUPT_BODY);
    }

    @Test
    void everyTruncationAndManyDistortionsAreRefusedOrRead() throws WireException {
        byte[] good = codec.encode(virtualService("reviews", "reviews", "reviews.prod"));
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> codec.decode(cut)).as("length %d", length).isInstanceOf(WireException.class);
        }
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bent = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bent[10 + random.nextInt(bent.length - 10)] = (byte) random.nextInt(256);
            }
            try {
                codec.decode(bent);
            } catch (WireException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aLengthThatNoRecordCouldHaveAllocatesNothing() throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(body, null);
        encoder.writeLong(Integer.MAX_VALUE - 16); // of the first string
        encoder.flush();
        assertThat(refusal(framed(VirtualService.getClassSchema(), body.toByteArray())))
                .isEqualTo(Code.CORRUPT_BODY);
    }

    @Test
    void aWriterSchemaOfEndlessEmptyItemsIsRefused() throws Exception {
        Schema writer = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"VirtualService\",\"namespace\":\"weft.schema\",\"fields\":["
                        + "{\"name\":\"nothing\",\"type\":{\"type\":\"array\",\"items\":\"null\"}}]}");
        codec.learn(writer);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(body, null);
        encoder.writeLong(Integer.MAX_VALUE);
        encoder.flush();
        assertThat(refusal(framed(writer, body.toByteArray()))).isIn(Code.CORRUPT_BODY, Code.INCOMPATIBLE_SCHEMA);
    }

    @Test
    void aBodyThatIsNestedWithoutEndIsRefused() {
        Schema writer = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"VirtualService\",\"namespace\":\"weft.schema\",\"fields\":["
                        + "{\"name\":\"novelty\",\"type\":{\"type\":\"record\",\"name\":\"Nest\",\"fields\":["
                        + "{\"name\":\"inner\",\"type\":[\"null\",\"Nest\"]}]}},"
                        + "{\"name\":\"metadata\",\"type\":" + metadata() + "}]}");
        codec.learn(writer);
        byte[] body = new byte[3 << 20];
        Arrays.fill(body, (byte) 2); // always the second branch: one level deeper
        assertThat(refusal(framed(writer, body))).isIn(Code.CORRUPT_BODY, Code.INCOMPATIBLE_SCHEMA);
    }

    private static String metadata() {
        return VirtualService.getClassSchema().getField("metadata").schema().toString();
    }

    @Test
    void aFieldOfAnotherTypeIsAnIncompatibleSchema() {
        Schema writer = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"VirtualService\",\"namespace\":\"weft.schema\",\"fields\":["
                        + "{\"name\":\"metadata\",\"type\":\"string\"}]}");
        codec.learn(writer);
        assertThat(refusal(framed(writer, new byte[] {2, 'a'}))).isEqualTo(Code.INCOMPATIBLE_SCHEMA);
    }

    @Test
    void aSchemaTextBeyondAllBoundsIsRefusedWithoutRecursion() {
        String deep = "[".repeat(100_000);
        assertThatThrownBy(() -> SchemaText.parse(deep)).isInstanceOf(AvroRuntimeException.class);
        String nested = "{\"type\":\"array\",\"items\":".repeat(100_000);
        assertThatThrownBy(() -> SchemaText.parse(nested)).isInstanceOf(AvroRuntimeException.class);
        for (String odd : new String[] {"", "NaN", "1e9999", "{\"type\":1}", "[\"null\",\"null\"]", "{"}) {
            assertThatThrownBy(() -> SchemaText.parse(odd)).as(odd).isInstanceOf(AvroRuntimeException.class);
        }
    }
}
