package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.TestRules.virtualService;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.Test;
import weft.schema.ClientTLSMode;
import weft.schema.VirtualService;

/**
 * Builds of every release and this one read each other. The schemas of a release lie under {@code released/VERSION} and
 * are never changed; {@code -Dweft.release=VERSION} writes those of this build beside them.
 */
class ReleasedSchemasTest {
    private static final Path RELEASED = Path.of("src/test/resources/released");

    private static Map<String, Schema> current() {
        Map<String, Schema> schemas = new TreeMap<>();
        WireCodec.localSchemas().forEach(schema -> schemas.put(schema.getName(), schema));
        return schemas;
    }

    private static Schema current(String name) {
        return Objects.requireNonNull(current().get(name), name);
    }

    private static Map<String, Schema> released(Path version) throws IOException {
        Map<String, Schema> schemas = new TreeMap<>();
        try (Stream<Path> files = Files.list(version)) {
            for (Path file : files.sorted().toList()) {
                Schema schema = new Schema.Parser().parse(Files.readString(file));
                schemas.put(schema.getName(), schema);
            }
        }
        return schemas;
    }

    private static List<Path> versions() throws IOException {
        try (Stream<Path> folders = Files.list(RELEASED)) {
            return folders.sorted().toList();
        }
    }

    /** What keeps readers of one schema from what writers of the other write. */
    private static List<String> obstacles(Schema one, Schema other) {
        List<String> obstacles = new ArrayList<>();
        for (List<Schema> each : List.of(List.of(one, other), List.of(other, one))) {
            var result = SchemaCompatibility.checkReaderWriterCompatibility(each.get(0), each.get(1));
            if (result.getType() != SchemaCompatibilityType.COMPATIBLE) {
                result.getResult()
                        .getIncompatibilities()
                        .forEach(i -> obstacles.add(i.getLocation() + ": " + i.getMessage()));
            }
        }
        return obstacles;
    }

    @Test
    void everyReleaseAndThisBuildReadEachOther() throws IOException {
        String release = System.getProperty("weft.release");
        if (release != null) {
            write(RELEASED.resolve(release));
        }
        assertThat(versions()).isNotEmpty();
        for (Path version : versions()) {
            Map<String, Schema> old = released(version);
            assertThat(current().keySet()).as("records of %s", version).containsAll(old.keySet());
            old.forEach((name, schema) -> assertThat(obstacles(current(name), schema))
                    .as("%s of %s", name, version)
                    .isEmpty());
        }
    }

    private static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        current().forEach((name, schema) -> {
            try {
                Files.writeString(folder.resolve(name + ".avsc"), SchemaFormatter.format("json/pretty", schema) + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void randomRecordsOfEveryReleaseAreReadAndReadBack() throws Exception {
        long seed = Long.getLong("weft.seed", 42L);
        for (Path version : versions()) {
            for (Map.Entry<String, Schema> old : released(version).entrySet()) {
                Schema mine = current(old.getKey());
                WireCodec codec = WireCodec.withLocalSchemas();
                codec.learn(old.getValue());
                for (Object each : new RandomData(old.getValue(), 20, seed)) {
                    byte[] wire = encoded(old.getValue(), (GenericRecord) each);
                    byte[] mineBytes = codec.encode(codec.decode(wire));
                    GenericRecord back = new GenericDatumReader<GenericRecord>(mine, old.getValue())
                            .read(null, DecoderFactory.get().binaryDecoder(mineBytes, 10, mineBytes.length - 10, null));
                    assertThat(back).as("%s of %s", old.getKey(), version).isEqualTo(each);
                }
            }
        }
    }

    private static byte[] encoded(Schema schema, GenericRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0xC3, 1});
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(WireCodec.fingerprint(schema))
                .array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        return out.toByteArray();
    }

    @Test
    void everyEnumHasADefaultForSymbolsToCome() {
        List<String> without = new ArrayList<>();
        Set<String> visited = new HashSet<>();
        current().values().forEach(schema -> enumsWithoutDefault(schema, without, visited));
        assertThat(without).isEmpty();
    }

    private static void enumsWithoutDefault(Schema schema, List<String> without, Set<String> visited) {
        switch (schema.getType()) {
            case ENUM -> {
                if (visited.add(schema.getFullName()) && schema.getEnumDefault() == null) {
                    without.add(schema.getFullName());
                }
            }
            case RECORD -> {
                if (visited.add(schema.getFullName())) {
                    schema.getFields().forEach(f -> enumsWithoutDefault(f.schema(), without, visited));
                }
            }
            case ARRAY -> enumsWithoutDefault(schema.getElementType(), without, visited);
            case MAP -> enumsWithoutDefault(schema.getValueType(), without, visited);
            case UNION -> schema.getTypes().forEach(each -> enumsWithoutDefault(each, without, visited));
            default -> {}
        }
    }

    @Test
    void whatWouldPartBuildsIsFound() {
        Schema commit = current("Commit");
        String json = commit.toString();
        Schema retyped = new Schema.Parser()
                .parse(json.replace("\"name\":\"count\",\"type\":\"int\"", "\"name\":\"count\",\"type\":\"string\""));
        Schema renamed = new Schema.Parser().parse(json.replace("\"name\":\"count\"", "\"name\":\"number\""));
        Schema undefaulted = new Schema.Parser()
                .parse(json.replace("\"name\":\"count\"", "\"name\":\"extra\",\"type\":\"int\"},{\"name\":\"count\""));
        for (Schema bad : List.of(retyped, renamed, undefaulted)) {
            assertThat(bad).isNotEqualTo(commit);
            assertThat(obstacles(commit, bad)).isNotEmpty();
        }
    }

    @Test
    void aSymbolOfANewerBuildIsRefusedAndNeverReadAsAnother() throws Exception {
        Schema newer = new Schema.Parser()
                .parse(current("DestinationRule")
                        .toString()
                        .replaceFirst("(\"name\":\"ClientTLSMode\"[^\\]]*\"symbols\":\\[)", "$1\"QUANTUM\","));
        WireCodec codec = WireCodec.withLocalSchemas();
        codec.learn(newer);
        int refused = 0;
        int read = 0;
        for (Object each : new RandomData(newer, 200, 7L)) {
            byte[] wire = encoded(newer, (GenericRecord) each);
            if (each.toString().contains("\"QUANTUM\"")) {
                refused++;
                assertThatThrownBy(() -> codec.decode(wire))
                        .isInstanceOf(WireException.class)
                        .hasMessageContaining("ClientTLSMode.QUANTUM");
            } else {
                read++;
                codec.decode(wire);
            }
        }
        assertThat(refused).isPositive();
        assertThat(read).isPositive();
        assertThat(Arrays.stream(ClientTLSMode.values()).map(Enum::name)).doesNotContain("QUANTUM");
        assertThat(codec.decode(codec.encode(virtualService("a", "b")))).isInstanceOf(VirtualService.class);
    }
}
