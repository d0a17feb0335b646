package weft.publish.yaml;

import java.util.ArrayList;
import java.util.List;

/** The whole way from {@code -f} arguments to checked documents. Confined to the calling thread. */
public final class RuleReader {
    private final SourceFiles files;
    private final DocumentDecoder decoder;

    public RuleReader(SourceFiles files, DocumentDecoder decoder) {
        this.files = files;
        this.decoder = decoder;
    }

    /**
     * Every document of every source, in order.
     *
     * @throws SourceFiles.UnreadableException when a source cannot be read; nothing is to be published then
     */
    public List<DecodedDocument> read(List<String> arguments) throws SourceFiles.UnreadableException {
        List<DecodedDocument> documents = new ArrayList<>();
        for (SourceFiles.Source source : files.expand(arguments)) {
            documents.addAll(decoder.decode(source.read()));
        }
        return documents;
    }
}
