package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import weft.publish.yaml.DecodedDocument.Resource;

/** Short ways to decode a text in a test. */
final class Decoding {
    private Decoding() {}

    static List<DecodedDocument> documents(String text) {
        return new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE)
                .decode(new SourceText("rules.yaml", text));
    }

    /** The headlines of all complaints about a text. */
    static List<String> complaints(String text) {
        return documents(text).stream()
                .flatMap(d -> d.diagnostics().stream())
                .map(Diagnostic::headline)
                .toList();
    }

    /** The complaints about one VirtualService whose spec, indented by two, is the text; it begins on line 4. */
    static List<String> specComplaints(String spec) {
        return complaints(virtualService(spec));
    }

    static String virtualService(String spec) {
        return of("VirtualService", spec);
    }

    static String of(String kind, String spec) {
        return "apiVersion: networking.istio.io/v1\nkind: " + kind + "\nmetadata: {name: reviews}\nspec:\n"
                + spec.indent(2);
    }

    /** The only resource of a text that must be valid. */
    static SpecificRecord resource(String text) {
        List<DecodedDocument> documents = documents(text);
        assertThat(documents).hasSize(1);
        assertThat(documents.get(0).diagnostics().stream().map(Diagnostic::headline))
                .isEmpty();
        assertThat(documents.get(0)).isInstanceOf(Resource.class);
        return ((Resource) documents.get(0)).record();
    }
}
