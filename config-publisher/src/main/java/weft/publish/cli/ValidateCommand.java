package weft.publish.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Identity;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Skipped;
import weft.publish.yaml.Diagnostic;

/** {@code weft validate}: checks files as apply does, without a broker. */
@Command(
        name = "validate",
        header = {
            "Examples:",
            "  weft validate -f rules.yaml",
            "  weft validate -f rules/ --strict             warnings count as well",
            "  weft validate -f rules/ -o json | jq 'select(.valid | not)'",
            ""
        },
        description = "Checks rule files as apply does, without a broker. Ends with 65 when a document is invalid.",
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private RuleFiles files = new RuleFiles();

    @Mixin
    private StrictnessOptions strictness = new StrictnessOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one object for each document.")
    private TextOrJson format = TextOrJson.TEXT;

    ValidateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<DecodedDocument> documents = files.read(terminal, RuleChecks.ALL, strictness.chosen());
        if (format == TextOrJson.JSON) {
            ObjectMapper json = new ObjectMapper();
            documents.forEach(document -> terminal.print(verdict(document, json).toString()));
        } else {
            RuleFiles.explain(documents, terminal);
            documents.forEach(this::printVerdict);
        }
        boolean valid = documents.stream().noneMatch(Invalid.class::isInstance);
        return (valid ? ExitCode.OK : ExitCode.BAD_RULES).number();
    }

    private void printVerdict(DecodedDocument document) {
        Identity identity = document.identity();
        String verdict = document instanceof Invalid ? "invalid" : "valid";
        if (identity.kind().isEmpty()) {
            terminal.print(identity.file() + " " + verdict);
        } else if (!(document instanceof Skipped)) {
            terminal.print(identity.kind().toLowerCase(Locale.ROOT) + "/" + identity.name() + " " + verdict);
        }
    }

    private static ObjectNode verdict(DecodedDocument document, ObjectMapper json) {
        Identity identity = document.identity();
        ObjectNode node = json.createObjectNode();
        node.put("apiVersion", "weft/v1");
        node.put("file", identity.file());
        node.put("line", identity.line());
        node.put("kind", identity.kind());
        node.put("namespace", identity.namespace());
        node.put("name", identity.name());
        node.put("valid", !(document instanceof Invalid));
        if (document instanceof Skipped) {
            node.put("skipped", true);
        }
        ArrayNode errors = node.putArray("errors");
        ArrayNode warnings = node.putArray("warnings");
        for (Diagnostic diagnostic : document.diagnostics()) {
            ObjectNode complaint = (diagnostic.isError() ? errors : warnings)
                    .addObject()
                    .put("line", diagnostic.line())
                    .put("column", diagnostic.column())
                    .put("message", diagnostic.message());
            if (!diagnostic.code().isEmpty()) {
                complaint.put("code", diagnostic.code());
            }
        }
        return node;
    }
}
