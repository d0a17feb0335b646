package weft.publish.yaml;

import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import weft.rules.Rule;

/** What one document of a text turned out to be. Immutable. */
public sealed interface DecodedDocument {

    /**
     * Which document it is, as far as it can be told: unknown parts are empty.
     *
     * @param line first line, counted from 1
     */
    record Identity(String file, int line, String apiVersion, String kind, String namespace, String name) {
        static Identity unknown(String file, int line) {
            return new Identity(file, line, "", "", "", "");
        }
    }

    Identity identity();

    /** Errors and warnings, in the order of the text. */
    List<Diagnostic> diagnostics();

    /**
     * A resource without errors, perhaps with warnings.
     *
     * @param version the {@code weft.log.RuleVersion} that the document was read at, empty when it does not say
     */
    record Resource(Identity identity, SpecificRecord record, String version, List<Diagnostic> diagnostics)
            implements DecodedDocument {
        public Rule rule() {
            return Rule.of(record);
        }
    }

    /** A document of a kind that is not Weft's. */
    record Skipped(Identity identity) implements DecodedDocument {
        @Override
        public List<Diagnostic> diagnostics() {
            return List.of();
        }
    }

    /** A document that cannot be published; at least one diagnostic is an error. */
    record Invalid(Identity identity, List<Diagnostic> diagnostics) implements DecodedDocument {}
}
