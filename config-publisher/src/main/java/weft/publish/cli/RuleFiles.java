package weft.publish.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;
import weft.publish.support.Gap;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DecodedDocument.Skipped;
import weft.publish.yaml.Diagnostic;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.RuleCheck;
import weft.publish.yaml.RuleReader;
import weft.publish.yaml.SourceFiles;
import weft.publish.yaml.SourceText;
import weft.publish.yaml.Strictness;
import weft.rules.RuleKey;

/** The options that name rule files, and what several commands do with them. Confined to the command's thread. */
final class RuleFiles {
    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR|URL|-",
            description = "Rule files: YAML or JSON, a folder with all below it, a URL, or - for standard input.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = {"-R", "--recursive"},
            description = "Accepted for kubectl's sake: folders are always read with all below them.")
    void recursive(boolean accepted) {}

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            defaultValue = "default",
            description = "Namespace of resources that name none (default: ${DEFAULT-VALUE}).")
    private String namespace = "default";

    boolean isNamed() {
        return !names.isEmpty();
    }

    List<String> names() {
        return List.copyOf(names);
    }

    String namespace() {
        return namespace;
    }

    void requireNamed() {
        if (names.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "which rules? (expected: -f FILE, a folder, a URL or -)");
        }
    }

    /** Reads and checks everything that -f names. */
    List<DecodedDocument> read(Terminal terminal, RuleCheck check) {
        return read(terminal, check, Strictness.USUAL);
    }

    /** As above, with less or more patience for what is doubtful. */
    List<DecodedDocument> read(Terminal terminal, RuleCheck check, Strictness strictness) {
        requireNamed();
        RuleReader reader = new RuleReader(
                new SourceFiles(terminal.in()), new DocumentDecoder(new ResourceKinds(), namespace, check, strictness));
        try {
            return reader.read(names);
        } catch (SourceFiles.UnreadableException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    /** The texts that -f names, for who decodes them more than once. */
    List<SourceText> texts(Terminal terminal) {
        List<SourceText> texts = new ArrayList<>();
        try {
            for (SourceFiles.Source source : new SourceFiles(terminal.in()).expand(names)) {
                texts.add(source.read());
            }
        } catch (SourceFiles.UnreadableException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        return texts;
    }

    /** Shows errors and warnings with their source lines, then one line about kinds that are not Weft's. */
    static void explain(List<DecodedDocument> documents, Terminal terminal) {
        for (DecodedDocument document : documents) {
            document.diagnostics().forEach(d -> terminal.say(d.render()));
        }
        long policies = documents.stream()
                .flatMap(document -> document.diagnostics().stream())
                .filter(diagnostic -> diagnostic.code().equals(Gap.Code.WFT0104.name()))
                .count();
        if (policies > 0) {
            terminal.say("▲ " + policies + (policies == 1 ? " security policy is" : " security policies are")
                    + " NOT ENFORCED by this version of Weft: nobody is kept out by "
                    + (policies == 1 ? "it" : "them"));
        }
        Map<String, Integer> skipped = new TreeMap<>();
        for (DecodedDocument document : documents) {
            if (document instanceof Skipped) {
                skipped.merge(document.identity().kind(), 1, Integer::sum);
            }
        }
        if (!skipped.isEmpty()) {
            List<String> kinds = new ArrayList<>();
            skipped.forEach((kind, count) -> kinds.add(kind + " " + count));
            terminal.say("skipped what is not Weft's: " + String.join(", ", kinds));
        }
    }

    /**
     * The resources of documents that are all valid, each key once.
     *
     * @throws CommandFailure when one is invalid or two describe the same resource
     */
    static List<Resource> publishable(List<DecodedDocument> documents) {
        long invalid = documents.stream().filter(Invalid.class::isInstance).count();
        if (invalid > 0) {
            throw new CommandFailure(
                    ExitCode.BAD_RULES,
                    invalid + (invalid == 1 ? " document is" : " documents are") + " invalid; nothing was published");
        }
        Map<RuleKey, Resource> byKey = new LinkedHashMap<>();
        for (DecodedDocument document : documents) {
            if (document instanceof Resource resource) {
                Resource other = byKey.putIfAbsent(resource.rule().key(), resource);
                if (other != null) {
                    throw new CommandFailure(ExitCode.BAD_RULES, twice(resource, other));
                }
            }
        }
        return List.copyOf(byKey.values());
    }

    private static String twice(Resource resource, Resource other) {
        return Diagnostic.ofFile(
                                resource.identity().file() + ":"
                                        + resource.identity().line(),
                                resource.rule().key() + " is described twice, also at "
                                        + other.identity().file() + ":"
                                        + other.identity().line())
                        .headline()
                + "; one bundle holds a resource once, nothing was published";
    }
}
