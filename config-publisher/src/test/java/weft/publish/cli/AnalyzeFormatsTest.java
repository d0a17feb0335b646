package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code weft analyze} writes, to the letter: programs read it. */
class AnalyzeFormatsTest {
    private static final String RULES = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: a}
            spec:
              hosts: [a.test]
              gateways: [front]
              http: [{route: [{destination: {host: b}}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: b}
            spec: {ports: [{name: web, port: 80}]}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private String written(String format) throws IOException {
        Path file = Files.writeString(folder.resolve("rules.yaml"), RULES);
        CommandLineRun run = CommandLineRun.of("analyze", "-f", file.toString(), "-o", format);
        assertThat(run.exitCode()).isEqualTo(79);
        return run.out().replace(folder.toString(), "FOLDER");
    }

    @Test
    void text() throws IOException {
        assertThat(written("text")).isEqualTo("""
                FOLDER/rules.yaml:6:14 error IST0101 gateway "front" not found (it means default/front)
                    6 |   gateways: [front]
                      |              ^^^^^
                FOLDER/rules.yaml:12:23 info IST0118 port 80 is named "web", which tells no protocol \
                (expected: http, grpc, tcp or another protocol, then a dash and anything)
                   12 | spec: {ports: [{name: web, port: 80}]}
                      |                       ^^^
                """);
    }

    @Test
    void json() throws IOException {
        assertThat(written("json")).isEqualTo("""
                {
                  "apiVersion" : "weft/v1",
                  "findings" : [ {
                    "code" : "IST0101",
                    "title" : "ReferencedResourceNotFound",
                    "level" : "error",
                    "resource" : "VirtualService a.default",
                    "file" : "FOLDER/rules.yaml",
                    "line" : 6,
                    "column" : 14,
                    "message" : "gateway \\"front\\" not found (it means default/front)"
                  }, {
                    "code" : "IST0118",
                    "title" : "PortNameIsNotUnderNamingConvention",
                    "level" : "info",
                    "resource" : "Service b.default",
                    "file" : "FOLDER/rules.yaml",
                    "line" : 12,
                    "column" : 23,
                    "message" : "port 80 is named \\"web\\", which tells no protocol \
                (expected: http, grpc, tcp or another protocol, then a dash and anything)"
                  } ]
                }
                """);
    }

    @Test
    void sarif() throws IOException {
        JsonNode run = new ObjectMapper().readTree(written("sarif")).get("runs").get(0);
        assertThat(run.get("columnKind").asText()).isEqualTo("unicodeCodePoints");
        JsonNode first = run.get("results").get(0);
        int index = first.get("ruleIndex").asInt();
        assertThat(run.at("/tool/driver/rules/" + index).toString()).isEqualTo("""
                        {"id":"IST0101","name":"ReferencedResourceNotFound","shortDescription":{"text":\
                        "a host, port, subset, gateway or delegate is named but not there"},\
                        "defaultConfiguration":{"level":"error"}}""");
        assertThat(first.toString()).isEqualTo("""
                {"ruleId":"IST0101","ruleIndex":%d,"level":"error",\
                "message":{"text":"gateway \\"front\\" not found (it means default/front)"},\
                "locations":[{"physicalLocation":{"artifactLocation":{"uri":"FOLDER/rules.yaml"},\
                "region":{"startLine":6,"startColumn":14,"endColumn":19}},\
                "logicalLocations":[{"fullyQualifiedName":"VirtualService a.default"}]}]}""".formatted(index));
        assertThat(run.get("results").get(1).get("level").asText()).isEqualTo("note");
    }

    @Test
    void github() throws IOException {
        assertThat(written("github")).isEqualTo("""
                ::error file=FOLDER/rules.yaml,line=6,col=14,title=IST0101::\
                gateway "front" not found (it means default/front)
                ::notice file=FOLDER/rules.yaml,line=12,col=23,title=IST0118::\
                port 80 is named "web", which tells no protocol \
                (expected: http, grpc, tcp or another protocol, then a dash and anything)
                """);
    }
}
