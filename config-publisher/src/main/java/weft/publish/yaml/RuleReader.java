package weft.publish.yaml;

import java.util.ArrayList;
import java.util.List;
import weft.publish.yaml.DecodedDocument.Resource;

/** The whole way from {@code -f} arguments to checked documents. Confined to the calling thread. */
public final class RuleReader {
    private final SourceFiles files;
    private final DocumentDecoder decoder;
    private final RuleCheck check;

    public RuleReader(SourceFiles files, DocumentDecoder decoder, RuleCheck check) {
        this.files = files;
        this.decoder = decoder;
        this.check = check;
    }

    /**
     * Every document of every source, in order.
     *
     * @throws SourceFiles.UnreadableException when a source cannot be read; nothing is to be published then
     */
    public List<DecodedDocument> read(List<String> arguments) throws SourceFiles.UnreadableException {
        List<DecodedDocument> documents = new ArrayList<>();
        for (SourceFiles.Source source : files.expand(arguments)) {
            documents.addAll(read(source.read()));
        }
        return documents;
    }

    /** Every document of one text. */
    public List<DecodedDocument> read(SourceText text) {
        return decoder.decode(text).stream().map(this::checked).toList();
    }

    private DecodedDocument checked(DecodedDocument document) {
        if (!(document instanceof Resource resource)) {
            return document;
        }
        List<RuleCheck.Finding> findings = check.check(resource.rule());
        if (findings.isEmpty()) {
            return document;
        }
        List<Diagnostic> all = new ArrayList<>(resource.diagnostics());
        findings.forEach(f -> all.add(resource.positions().at(f.path(), f.severity(), f.message())));
        return resource.with(all);
    }
}
