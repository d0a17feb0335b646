package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.NewerBuild.VIRTUAL_SERVICE;
import static weft.log.testing.NewerBuild.route;
import static weft.log.testing.NewerBuild.within;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weft.log.WireException.Code;
import weft.log.testing.NewerBuild;
import weft.schema.HTTPRedirect;
import weft.schema.HTTPRoute;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** A newer build writes to the log of this one: what this one cannot say is refused alone, never dropped, never lost. */
class NewerBuildTest {
    private static final String KEY = "VirtualService/default/a";

    private final Mesh mesh = Mesh.shared();
    private final RecordingSink sink = new RecordingSink();

    @BeforeEach
    void tellTheSchemas() {
        new SchemaLog(mesh.kafka(), mesh.names, mesh.codec, Mesh.DEADLINE)
                .publish(List.of(VIRTUAL_SERVICE, NewerBuild.TRAFFIC_PLAN));
    }

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private static VirtualService routed(String host) {
        VirtualService service = virtualService("a", host);
        HTTPRedirect redirect = HTTPRedirect.newBuilder().setUri("/there").build();
        HTTPRoute route = HTTPRoute.newBuilder().setRedirect(redirect).build();
        return VirtualService.newBuilder(service)
                .setSpec(VirtualServiceSpec.newBuilder(service.getSpec())
                        .setHttp(List.of(route))
                        .build())
                .build();
    }

    private static void nothing(GenericRecord record) {}

    private static void novelty(GenericRecord record) {
        route(record).put("novelty", "shiny");
    }

    private static void colour(GenericRecord record) {
        within(record, "metadata").put("colour", "green");
    }

    private static void symbol(GenericRecord record) {
        GenericRecord redirect = within(route(record), "redirect");
        Schema union = redirect.getSchema().getField("derivePort").schema();
        redirect.put("derivePort", new GenericData.EnumSymbol(union.getTypes().get(1), "FROM_PLAN"));
    }

    private static void branch(GenericRecord record) {
        Schema union = route(record).getSchema().getField("delegate").schema();
        route(record).put("delegate", new GenericData.Record(union.getTypes().get(2)));
        within(route(record), "delegate").put("steps", 3);
    }

    private WireCodec learned() {
        WireCodec codec = WireCodec.withLocalSchemas();
        codec.learn(VIRTUAL_SERVICE);
        return codec;
    }

    private void assertThatRefused(Consumer<GenericRecord> more, Code code, String text) {
        assertThatThrownBy(() -> learned().decode(NewerBuild.encode(routed("one"), more)))
                .isInstanceOfSatisfying(WireException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e).hasMessage("written by a newer weft: " + text + " is not known to this build");
                });
    }

    @Test
    void whatThisBuildHasWordsForIsRead() throws Exception {
        byte[] plain = NewerBuild.encode(routed("one"), NewerBuildTest::nothing);
        byte[] coloured = NewerBuild.encode(routed("one"), NewerBuildTest::colour);
        assertThat(learned().decode(plain)).isEqualTo(routed("one"));
        assertThat(learned().decode(coloured)).isEqualTo(routed("one"));
    }

    @Test
    void whatItHasNoWordForIsRefusedWithThePlace() {
        assertThatRefused(NewerBuildTest::novelty, Code.UNKNOWN_FIELD, "field spec.http[0].novelty");
        assertThatRefused(
                NewerBuildTest::symbol,
                Code.UNKNOWN_SYMBOL,
                "RedirectPortSelection.FROM_PLAN at spec.http[0].redirect.derivePort");
        assertThatRefused(NewerBuildTest::branch, Code.UNKNOWN_TYPE, "Plan at spec.http[0].delegate");
    }

    /** Read means: nothing of it is missing when it is written again, but for the advisory field. */
    @Test
    void ofRandomRulesThoseAreReadThatLoseNothing() throws Exception {
        long seed = Long.getLong("weft.seed", 11L);
        Schema old = VirtualService.getClassSchema();
        WireCodec codec = learned();
        int read = 0;
        int refused = 0;
        for (Object each : new RandomData(VIRTUAL_SERVICE, 400, seed)) {
            GenericRecord record = (GenericRecord) each;
            within(record, "metadata").put("colour", "");
            byte[] wire = NewerBuild.encode(VIRTUAL_SERVICE, record);
            boolean losesNothing;
            VirtualService decoded = null;
            try {
                decoded = codec.decode(wire, VirtualService.class);
                read++;
            } catch (WireException e) {
                assertThat(e.code()).isIn(Code.UNKNOWN_FIELD, Code.UNKNOWN_SYMBOL, Code.UNKNOWN_TYPE);
                refused++;
            }
            losesNothing = record.equals(throughThisBuild(wire, old));
            assertThat(decoded != null).as("seed %d: %s", seed, record).isEqualTo(losesNothing);
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    /** Avro's own resolution to the schema of this build, and back. */
    private static Object throughThisBuild(byte[] wire, Schema old) throws Exception {
        GenericRecord mine;
        try {
            mine = new GenericDatumReader<GenericRecord>(VIRTUAL_SERVICE, old)
                    .read(null, DecoderFactory.get().binaryDecoder(wire, 10, wire.length - 10, null));
        } catch (org.apache.avro.AvroTypeException e) {
            return e; // a member of a union that is none here
        }
        byte[] again = NewerBuild.encode(old, mine);
        return new GenericDatumReader<GenericRecord>(old, VIRTUAL_SERVICE)
                .read(null, DecoderFactory.get().binaryDecoder(again, 10, again.length - 10, null));
    }

    @Test
    void theLogGoesOnOverRulesAndKindsOfANewerBuild() {
        RawBundles raw = new RawBundles(mesh);
        raw.write(KEY, mesh.codec.encode(routed("one")));
        RuleLogReader reader = mesh.reader(sink, ReaderSettings.DEFAULT);
        Mesh.poll(reader, () -> sink.revision() == 1);
        raw.write(KEY, NewerBuild.encode(routed("two"), NewerBuildTest::novelty));
        GenericRecord plan = new GenericData.Record(NewerBuild.TRAFFIC_PLAN);
        plan.put("text", "go");
        raw.write("TrafficPlan/default/p", NewerBuild.encode(NewerBuild.TRAFFIC_PLAN, plan));
        Mesh.poll(reader, () -> sink.revision() == 3);
        assertThat(sink.hosts()).containsEntry("a", List.of("one"));
        assertThat(sink.problemOf(KEY)).isEqualTo(Code.UNKNOWN_FIELD);
        assertThat(sink.problemOf("TrafficPlan/default/p")).isEqualTo(Code.UNKNOWN_TYPE);
        assertThat(reader.phase()).isEqualTo(RuleLogReader.Phase.LIVE);

        raw.write(KEY, NewerBuild.encode(routed("three"), NewerBuildTest::colour));
        Mesh.poll(reader, () -> sink.revision() == 4);
        assertThat(sink.hosts()).containsEntry("a", List.of("three"));
        assertThat(sink.unreadable).containsOnlyKeys("TrafficPlan/default/p");
    }

    @Test
    void aPublisherDoesNotWriteOverWhatItCannotRead() {
        RawBundles raw = new RawBundles(mesh);
        raw.write(KEY, NewerBuild.encode(routed("newer"), NewerBuildTest::novelty));
        RulePublisher publisher = mesh.publisher();
        BundleDraft draft = BundleDraft.upserting(List.of(routed("older")));
        assertThatThrownBy(() -> publisher.publish(draft))
                .isInstanceOf(InvalidBundleException.class)
                .hasMessageContaining("written by a newer weft: field spec.http[0].novelty")
                .hasMessageContaining("--force");
        assertThat(publisher.refresh().revision()).isEqualTo(1);

        assertThat(publisher.publish(draft.losingNewer()).revision()).isEqualTo(2);
        assertThat(publisher.refresh().rules()).containsKey(key("a"));
        assertThat(publisher.publish(draft).revision()).isEqualTo(2);
    }

    @Test
    void whatIsBrokenRatherThanNewerIsWrittenOver() {
        RawBundles raw = new RawBundles(mesh);
        raw.write(KEY, new byte[] {1, 2, 3});
        RulePublisher publisher = mesh.publisher();
        assertThat(publisher
                        .publish(BundleDraft.upserting(List.of(routed("healed"))))
                        .revision())
                .isEqualTo(2);
    }
}
