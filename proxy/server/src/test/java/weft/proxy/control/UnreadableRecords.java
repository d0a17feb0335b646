package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import weft.log.BundleDraft;
import weft.log.InvalidBundleException;
import weft.log.WireCodec;
import weft.proxy.control.AttackedMesh.Proxy;
import weft.schema.Rejection;

/** Records and schemas that no proxy can make sense of, as attacks on the log. Confined to one case. */
final class UnreadableRecords {
    private static final String KEY = "VirtualService/default/a";

    private final Path folder;

    /** @param folder for what a proxy keeps over its restart */
    UnreadableRecords(Path folder) {
        this.folder = folder;
    }

    void poison(AttackedMesh mesh) throws Exception {
        byte[] noise = new byte[500];
        new Random(3).nextBytes(noise);
        byte[] high = new byte[1 << 20];
        Arrays.fill(high, (byte) 0xFF);
        byte[] good = mesh.codec.encode(virtualService("a", "one"));
        List<byte[]> poisons = List.of(noise, new byte[0], high, Arrays.copyOf(good, good.length / 2));
        Proxy proxy = mesh.new Proxy(folder);
        mesh.publish("a", "one");
        Intruder intruder = mesh.intruder();
        for (byte[] poison : poisons) {
            intruder.write(List.of(
                    intruder.bare(KEY, poison), intruder.bare("noise", poison), intruder.bare("~commit", poison)));
            intruder.write(
                    intruder.bundle(mesh.codec, Map.of(KEY, poison))); // and as a bundle that is none the less whole
        }
        proxy.awaitRevision(1 + poisons.size());
        assertThat(proxy.loader.state().rejections())
                .extracting(Rejection::getKey)
                .containsExactly(KEY);
        assertThat(proxy.awaitSkipped(12)).containsKeys("not_a_rule", "no_bundle", "commit_unreadable");
        mesh.publish("b", "two");
        proxy.awaitTable("{a=[one], b=[two]}");
        proxy.loader.close();

        Proxy restarted = mesh.new Proxy(folder);
        restarted.awaitTable("{a=[one], b=[two]}");
        mesh.publish("a", "healed");
        restarted.awaitTable("{a=[healed], b=[two]}");
        assertThat(restarted.loader.state().rejections()).isEmpty();
    }

    void poisonedSchemas(AttackedMesh mesh) {
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        Intruder intruder = mesh.intruder();
        List<String> texts = List.of(
                "[".repeat(100_000),
                "{\"type\":\"array\",\"items\":".repeat(20_000),
                "NaN",
                "1e9999",
                "\"\uD800\"",
                "{\"a\":1,\"a\":2}",
                "");
        List<ProducerRecord<byte[], byte[]>> schemas = new ArrayList<>();
        for (String text : texts) {
            String key = String.format("%016x", schemas.size());
            schemas.add(new ProducerRecord<>(
                    mesh.names.schemas(), key.getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8)));
        }
        intruder.write(schemas);
        byte[] unknown = new byte[40];
        unknown[0] = (byte) 0xC3;
        unknown[1] = 1;
        intruder.write(intruder.bundle(mesh.codec, Map.of(KEY, unknown)));
        proxy.awaitRevision(2);
        assertThat(proxy.loader.state().rejections())
                .extracting(Rejection::getCode)
                .containsExactly("schema_unknown");
        mesh.publish("b", "two");
        proxy.awaitTable("{a=[one], b=[two]}");
    }

    void oversize(AttackedMesh mesh) {
        Intruder intruder = mesh.intruder();
        for (int size : new int[] {(4 << 20) + 1, 20 << 20}) {
            intruder.producer().beginTransaction();
            assertThatThrownBy(() -> intruder.producer()
                            .send(intruder.bare(KEY, new byte[size]))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
            intruder.producer().abortTransaction();
        }
        String[] hosts = IntStream.range(0, 200_000)
                .mapToObj(i -> "host" + i + ".example.com")
                .toArray(String[]::new);
        assertThatThrownBy(
                        () -> mesh.publisher().publish(BundleDraft.upserting(List.of(virtualService("huge", hosts)))))
                .isInstanceOf(InvalidBundleException.class)
                .hasMessageContaining("at most");
        mesh.publish("a", "one");
        mesh.proxy().awaitTable("{a=[one]}");
    }

    void newerMajor(AttackedMesh mesh) {
        Schema newer = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"VirtualService\","
                        + "\"namespace\":\"weft.schema\",\"fields\":[{\"name\":\"metadata\",\"type\":\"string\"}]}");
        Proxy proxy = mesh.proxy();
        mesh.publish("a", "one");
        Intruder intruder = mesh.intruder();
        String key = String.format("%016x", WireCodec.fingerprint(newer));
        intruder.write(List.of(new ProducerRecord<>(
                mesh.names.schemas(),
                key.getBytes(StandardCharsets.UTF_8),
                newer.toString().getBytes(StandardCharsets.UTF_8))));
        ByteBuffer value = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        value.put((byte) 0xC3)
                .put((byte) 1)
                .putLong(WireCodec.fingerprint(newer))
                .put((byte) 2)
                .put((byte) 'a');
        intruder.write(intruder.bundle(mesh.codec, Map.of(KEY, value.array())));
        proxy.awaitRevision(2);
        assertThat(proxy.loader.state().rejections())
                .extracting(Rejection::getCode)
                .containsExactly("schema_incompatible");
        mesh.publish("b", "two");
        proxy.awaitTable("{a=[one], b=[two]}");
    }
}
