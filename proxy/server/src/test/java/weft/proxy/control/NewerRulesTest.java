package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weft.log.testing.NewerBuild.within;
import static weft.log.testing.TestRules.virtualService;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.BundleDraft;
import weft.log.SchemaLog;
import weft.log.testing.NewerBuild;
import weft.proxy.control.AttackedMesh.Proxy;
import weft.schema.HTTPRoute;
import weft.schema.Rejection;
import weft.schema.Verdict;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** A proxy of this build in a mesh where a newer one publishes. */
class NewerRulesTest {
    private static final String KEY = "VirtualService/default/a";

    @TempDir
    private Path folder;

    private final AttackedMesh mesh = new AttackedMesh();

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private static VirtualService routed(String host) {
        VirtualService service = virtualService("a", host);
        HTTPRoute route = HTTPRoute.newBuilder().build();
        VirtualServiceSpec spec = VirtualServiceSpec.newBuilder(service.getSpec())
                .setHttp(List.of(route))
                .build();
        return VirtualService.newBuilder(service).setSpec(spec).build();
    }

    private static void novelty(GenericRecord record) {
        NewerBuild.route(record).put("novelty", "shiny");
    }

    private static void colour(GenericRecord record) {
        within(record, "metadata").put("colour", "green");
    }

    @Test
    void aWordItDoesNotKnowKeepsTheLastGoodVersionAlsoOverARestart() throws Exception {
        new SchemaLog(mesh.kafka, mesh.names, mesh.codec, AttackedMesh.PATIENCE)
                .publish(List.of(NewerBuild.VIRTUAL_SERVICE));
        Proxy proxy = mesh.new Proxy(folder);
        mesh.publish("a", "one");
        Intruder newer = mesh.intruder();
        newer.write(newer.bundle(mesh.codec, Map.of(KEY, NewerBuild.encode(routed("two"), NewerRulesTest::novelty))));
        proxy.awaitRevision(2);
        mesh.publish("b", "two");
        proxy.awaitTable("{a=[one], b=[two]}");
        await().until(() -> proxy.loader.state().verdict() == Verdict.NACK);
        assertThat(proxy.loader.state().rejections()).singleElement().satisfies(rejection -> {
            assertThat(rejection.getKey()).isEqualTo(KEY);
            assertThat(rejection.getCode()).isEqualTo("field_unknown");
            assertThat(rejection.getText())
                    .isEqualTo("written by a newer weft: field spec.http[0].novelty is not known to this build");
        });
        proxy.loader.close();

        Proxy restarted = mesh.new Proxy(folder);
        restarted.awaitTable("{a=[one], b=[two]}");
        assertThat(restarted.loader.state().rejections())
                .extracting(Rejection::getCode)
                .containsExactly("field_unknown");

        mesh.publisher().publish(BundleDraft.upserting(List.of(routed("three"))).losingNewer());
        restarted.awaitTable("{a=[three], b=[two]}");
        newer.write(newer.bundle(mesh.codec, Map.of(KEY, NewerBuild.encode(routed("four"), NewerRulesTest::colour))));
        restarted.awaitTable("{a=[four], b=[two]}");
        assertThat(restarted.loader.state().rejections()).isEmpty();
    }
}
