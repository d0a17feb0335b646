package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.publish.yaml.Decoding.resource;
import static weft.publish.yaml.Decoding.virtualService;

import java.nio.file.Path;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import weft.log.WireCodec;
import weft.publish.Conformance;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.rules.Rule;

/** YAML to a record and back again, and through the log in between. */
class RoundTripTest {
    private static final ResourceTree TREES = new ResourceTree(new ResourceKinds());

    private static String written(SpecificRecord record) {
        return YamlWriter.write(TREES.of(Rule.of(record)));
    }

    private static Object spec(SpecificRecord record) {
        return record.get(record.getSchema().getField("spec").pos());
    }

    @Test
    void writesWhatPeopleWouldWrite() {
        SpecificRecord record = resource(virtualService("""
                hosts: [reviews, "*.b"]
                http:
                - match: [{uri: {prefix: "/a b"}, headers: {x-present: {}, "y": {exact: ''}}}]
                  timeout: 1500ms
                  fault: {abort: {httpStatus: 503, percentage: {value: 50}}}
                  retries: {attempts: 0}
                  route: [{destination: {host: reviews, port: {number: 9080}}, weight: 100}]
                - directResponse: {status: 200, body: {string: "true\\n"}}
                """));
        assertThat(written(record)).isEqualTo("""
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata:
                  name: reviews
                  namespace: default
                spec:
                  hosts:
                  - reviews
                  - "*.b"
                  http:
                  - match:
                    - uri:
                        prefix: "/a b"
                      headers:
                        x-present: {}
                        "y":
                          exact: ""
                    route:
                    - destination:
                        host: reviews
                        port:
                          number: 9080
                      weight: 100
                    timeout: "1.5s"
                    retries: {}
                    fault:
                      abort:
                        httpStatus: 503
                        percentage:
                          value: 50
                  - directResponse:
                      status: 200
                      body:
                        string: "true\\n"
                """);
    }

    @Test
    void everyIstioResourceComesBackTheSame() throws Exception {
        DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE);
        WireCodec codec = new WireCodec();
        int resources = 0;
        for (Path file : Conformance.yamlFiles("verbatim")) {
            for (DecodedDocument document : decoder.decode(new SourceText(file.toString(), Conformance.text(file)))) {
                if (!(document instanceof Resource original)) {
                    continue;
                }
                resources++;
                codec.learn(original.record().getSchema());
                SpecificRecord logged = codec.decode(codec.encode(original.record()));
                assertThat(spec(logged)).isEqualTo(spec(original.record()));
                String yaml = written(logged);
                Resource again =
                        (Resource) decoder.decode(new SourceText("again", yaml)).get(0);
                assertThat(spec(again.record())).as(file + "\n" + yaml).isEqualTo(spec(original.record()));
                assertThat(written(again.record())).isEqualTo(yaml);
                Resource fromJson = (Resource) decoder.decode(
                                new SourceText("json", TREES.of(Rule.of(logged)).toPrettyString()))
                        .get(0);
                assertThat(spec(fromJson.record())).isEqualTo(spec(original.record()));
            }
        }
        assertThat(resources).isGreaterThan(150);
    }
}
