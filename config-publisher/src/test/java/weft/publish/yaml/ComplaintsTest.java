package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.publish.yaml.Decoding.complaints;
import static weft.publish.yaml.Decoding.documents;
import static weft.publish.yaml.Decoding.of;
import static weft.publish.yaml.Decoding.specComplaints;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person reads for each way a rule file can be wrong. */
class ComplaintsTest {
    private static final String HEADER =
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews}\n";

    @Test
    void unknownFieldNamesTheNearest() {
        assertThat(specComplaints("http:\n- match:\n  - uri:\n      prefx: /v2"))
                .containsExactly("rules.yaml:8:9: unknown field \"prefx\" (did you mean \"prefix\"?)");
    }

    @Test
    void unknownFieldNearNothingGivesNoHint() {
        assertThat(specComplaints("zzzzzzzz: 1")).containsExactly("rules.yaml:5:3: unknown field \"zzzzzzzz\"");
    }

    @Test
    void caretPointsAtTheWord() {
        Diagnostic complaint = documents(HEADER + "spec:\n  hosts: [a]\n  htp: []\n")
                .get(0)
                .diagnostics()
                .get(0);
        assertThat(complaint.render())
                .isEqualTo("rules.yaml:6:3: unknown field \"htp\" (did you mean \"http\"?)\n"
                        + "    6 |   htp: []\n"
                        + "      |   ^^^");
    }

    @Test
    void everyErrorOfAFileIsReportedInOrder() {
        List<String> complaints =
                complaints(HEADER + "spec:\n  hots: [a]\n  gatewys: [b]\n---\n" + HEADER + "spec: 5\n");
        assertThat(complaints)
                .containsExactly(
                        "rules.yaml:5:3: unknown field \"hots\" (did you mean \"hosts\"?)",
                        "rules.yaml:6:3: unknown field \"gatewys\" (did you mean \"gateways\"?)",
                        "rules.yaml:11:7: spec: a single value (expected: a mapping)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "timeout: 5            | timeout: number 5 has no unit (expected: a duration, as in \"5s\")",
                "timeout: 5x           | timeout: \"5x\" is not a duration (expected: a number with a unit, as in \"1.5s\", \"100ms\" or \"1h30m\")",
                "timeout: ''           | timeout: \"\" is not a duration (expected: a number with a unit, as in \"1.5s\", \"100ms\" or \"1h30m\")",
                "timeout: 1500us       | timeout: \"1500us\" is too fine (expected: whole milliseconds)",
                "timeout: 0s           | timeout: \"0s\" is out of range (expected: at least 0.001s)",
                "timeout: -1s          | timeout: \"-1s\" is out of range (expected: at least 0.001s)",
                "timeout: 9999999h     | timeout: \"9999999h\" is too long (expected: at most 2562047h)",
                "timeout: [1s]         | timeout: a list (expected: a duration)",
                "name: 1               | name: number 1 is not a string (expected: a string; write it in quotes: \"1\")",
                "name: true            | name: boolean true is not a string (expected: a string; write it in quotes: \"true\")",
                "name: {}              | name: a mapping (expected: a string)",
                "name: !!int x         | name: number x is not a string (expected: a string; write it in quotes: \"x\")",
                "name: !mine x         | name: tag !mine is not supported (expected: plain YAML)",
                "match: {}             | match: a mapping (expected: a list; begin each entry with \"- \")",
                "retries: 3            | retries: a single value (expected: a mapping)",
                "retries: {attempts: two}   | attempts: \"two\" is not a number (expected: a whole number)",
                "retries: {attempts: '2'}   | attempts: \"2\" is a string (expected: a whole number; leave out the quotes)",
                "retries: {attempts: 1.5}   | attempts: 1.5 is not whole (expected: a whole number)",
                "retries: {attempts: 1e300} | attempts: 1e300 is out of range (expected: -2147483648 to 2147483647)",
                "retries: {attempts: .inf}  | attempts: .inf (expected: a whole number)",
                "retries: {attempts: 3000000000} | attempts: 3000000000 is out of range (expected: -2147483648 to 2147483647)",
                "retries: {retryRemoteLocalities: yes} | retryRemoteLocalities: \"yes\" is not a boolean (expected: true or false)",
                "redirect: {port: -1}  | port: -1 is out of range (expected: 0 to 4294967295)",
                "redirect: {port: 1, derivePort: FROM_REQUEST_PORT} | redirect: \"derivePort\" and \"port\" together (expected: one of port, derivePort)",
                "redirect: {derivePort: FROM_REQUEST} | derivePort: \"FROM_REQUEST\" is not one of FROM_PROTOCOL_DEFAULT, FROM_REQUEST_PORT (did you mean \"FROM_REQUEST_PORT\"?)",
                "directResponse: {}    | directResponse: field \"status\" is missing",
                "route: [{weight: 1}]  | route[0]: field \"destination\" is missing",
                "route: [{destination: {}}] | destination: field \"host\" is missing",
                "fault: {delay: {fixedDelay: 1s, percentage: {value: '0.1'}}} | value: \"0.1\" is a string (expected: a number; leave out the quotes)",
                "directResponse: {status: 200, body: {bytes: '%%'}} | bytes: not base64: Illegal base64 character 25",
                "headers: {request: {set: {x: 1}}} | set[x]: number 1 is not a string (expected: a string; write it in quotes: \"1\")",
                "match: [{headers: {end-user: }}] | headers[end-user]: empty (expected: a mapping)",
                "mirror_percent: 1, mirrorPercent: 2 | \"mirror_percent\" and \"mirrorPercent\" are the same",
                "name: a, name: b      | duplicate key \"name\"",
            })
    void routeFieldIsRefused(String field, String complaint) {
        List<String> errors = specComplaints("http:\n- {" + field.strip() + "}").stream()
                .filter(line -> !line.contains("warning"))
                .toList();
        assertThat(errors).hasSize(1);
        assertThat(errors.get(0).replaceFirst("rules.yaml:6:\\d+: ", "")).isEqualTo(complaint);
    }

    @Test
    void deprecatedFieldWarnsAndDecodes() {
        assertThat(specComplaints("http:\n- {mirrorPercent: 2}"))
                .containsExactly("rules.yaml:6:6: warning: \"mirrorPercent\" is deprecated: use mirrorPercentage");
    }

    @Test
    void unquotedVersionLabelAsksForQuotes() {
        assertThat(complaints(of("DestinationRule", "host: reviews\nsubsets:\n- name: v1\n  labels:\n    version: 1")))
                .containsExactly("rules.yaml:9:16: labels[version]: number 1 is not a string "
                        + "(expected: a string; write it in quotes: \"1\")");
    }

    @Test
    void sizesAreBounded() {
        assertThat(complaints(of("ServiceEntry", "hosts: []\naddresses: [" + "a".repeat(65) + "]")))
                .containsExactly(
                        "rules.yaml:5:10: hosts: empty (expected: at least 1, or no \"hosts\")",
                        "rules.yaml:6:15: addresses[0]: 65 characters (expected: at most 64)");
        assertThat(complaints(of("WorkloadEntry", "address: a\nlabels: {" + labels(257) + "}")))
                .containsExactly("rules.yaml:6:11: labels: 257 entries (expected: at most 256)");
        assertThat(complaints(of(
                        "WorkloadGroup",
                        "template: {}\nprobe: {httpGet: {port: 1, httpHeaders: [{name: 'a b'}]}, periodSeconds: 1}")))
                .last()
                .isEqualTo("rules.yaml:6:51: name: \"a b\" (expected: a text like [-_A-Za-z0-9]+)");
    }

    private static String labels(int count) {
        StringBuilder labels = new StringBuilder();
        for (int i = 0; i < count; i++) {
            labels.append('l').append(i).append(": x, ");
        }
        return labels.toString();
    }

    @Test
    void tabsAreNamed() {
        assertThat(complaints(HEADER + "spec:\n\thosts: [a]\n"))
                .containsExactly("rules.yaml:5:1: a tab cannot indent YAML (expected: spaces)");
    }

    @Test
    void syntaxErrorEndsTheFileButNotWhatWasBefore() {
        List<DecodedDocument> documents = documents(HEADER + "spec: {}\n---\nspec: [\n");
        assertThat(documents.get(0)).isInstanceOf(DecodedDocument.Resource.class);
        assertThat(documents.get(1)).isInstanceOf(DecodedDocument.Invalid.class);
        assertThat(documents.get(1).diagnostics().get(0).headline()).startsWith("rules.yaml:7:1: not YAML: ");
    }

    @Test
    void envelopeIsChecked() {
        assertThat(complaints("kind: VirtualService\n"))
                .singleElement()
                .asString()
                .startsWith("rules.yaml:1:1: field \"apiVersion\" is missing");
        assertThat(complaints(HEADER.replace("VirtualService", "VirtualServce") + "spec: {}"))
                .containsExactly("rules.yaml:2:7: unknown kind \"VirtualServce\" of networking.istio.io "
                        + "(did you mean \"VirtualService\"?)");
        assertThat(complaints(HEADER.replace("/v1", "/v2") + "spec: {}"))
                .containsExactly("rules.yaml:1:13: unknown version \"v2\" of networking.istio.io "
                        + "(expected: v1, v1beta1, v1alpha3)");
        assertThat(complaints(HEADER.replace("istio.io", "istio.oi") + "spec: {}"))
                .containsExactly("rules.yaml:1:13: unknown API group \"networking.istio.oi\" "
                        + "(did you mean \"networking.istio.io\"?)");
        assertThat(complaints(HEADER + "spce: {}"))
                .contains("rules.yaml:4:1: unknown field \"spce\" (did you mean \"spec\"?)");
        assertThat(complaints("- a\n"))
                .containsExactly("rules.yaml:1:1: a list (expected: a resource with apiVersion and kind)");
    }

    @Test
    void metadataIsChecked() {
        String rest = "spec: {}\n";
        String head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n";
        assertThat(complaints(head + rest))
                .containsExactly("rules.yaml:1:1: field \"metadata\" is missing (expected: metadata with a name)");
        assertThat(complaints(head + "metadata: {namespace: a}\n" + rest))
                .containsExactly("rules.yaml:3:11: metadata: field \"name\" is missing");
        assertThat(complaints(head + "metadata: {name: a/b, nmespace: x}\n" + rest))
                .containsExactly(
                        "rules.yaml:3:18: name: \"a/b\" is not a name (expected: letters, digits and inside '-', '_' or"
                                + " '.', at most 253)",
                        "rules.yaml:3:23: unknown field \"nmespace\" (did you mean \"namespace\"?)");
        assertThat(complaints(head + "metadata: {name: a, labels: {version: 1}}\n" + rest))
                .containsExactly("rules.yaml:3:39: labels[version]: number 1 is not a string "
                        + "(expected: a string; write it in quotes: \"1\")");
    }

    @Test
    void nestingHasAnEnd() {
        assertThat(complaints("a: " + "[".repeat(100_000)))
                .singleElement()
                .asString()
                .contains("nested too deeply");
    }

    @Test
    void aliasesCannotExplode() {
        StringBuilder bomb = new StringBuilder(HEADER + "spec:\n  hosts: &a [x,x,x,x,x,x,x,x,x,x]\n");
        bomb.append("  gateways: [").append("*a,".repeat(200)).append("]\n");
        assertThat(complaints(bomb.toString())).singleElement().asString().contains("aliases");
        assertThat(complaints(HEADER + "spec: &s\n  http: [*s]\n")).isNotEmpty();
    }
}
