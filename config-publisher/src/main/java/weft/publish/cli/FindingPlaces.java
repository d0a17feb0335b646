package weft.publish.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.Diagnostic;
import weft.publish.yaml.Diagnostic.Severity;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.NearestSpelling;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.RuleCheck;
import weft.publish.yaml.SourceText;
import weft.routing.analyze.Finding;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.SourcePosition;

/**
 * Finds the lines and columns of findings. Confined to the command's thread.
 *
 * <p>Texts with findings are decoded a second time, with the findings as the check: so the positions of every node need
 * not be kept for the many rules that nothing is said about.
 */
final class FindingPlaces {
    /** Looking for what was meant goes over all names; after so many a person mends something first. */
    private static final int MAX_HINTS = 200;

    private static final String MARK = "finding ";

    private final String namespace;
    private final Map<RuleKey, List<Integer>> byRule = new HashMap<>();
    private final List<Finding> findings;
    private int hints;

    FindingPlaces(List<Finding> findings, String namespace) {
        this.findings = findings;
        this.namespace = namespace;
        for (int i = 0; i < findings.size(); i++) {
            byRule.computeIfAbsent(findings.get(i).rule().key(), key -> new ArrayList<>())
                    .add(i);
        }
    }

    List<PlacedFinding> in(List<SourceText> texts) {
        Map<Integer, Diagnostic> places = new HashMap<>();
        DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), namespace, this::about);
        Set<String> files = findings.stream().map(found -> file(found.rule())).collect(Collectors.toSet());
        for (SourceText text : texts) {
            if (files.contains(text.name())) {
                for (DecodedDocument document : decoder.decode(text)) {
                    for (Diagnostic diagnostic : document.diagnostics()) {
                        if (diagnostic.message().startsWith(MARK)) {
                            places.put(Integer.valueOf(diagnostic.message().substring(MARK.length())), diagnostic);
                        }
                    }
                }
            }
        }
        List<PlacedFinding> placed = new ArrayList<>();
        for (int i = 0; i < findings.size(); i++) {
            placed.add(place(findings.get(i), places.getOrDefault(i, fromMetadata(findings.get(i)))));
        }
        return placed;
    }

    /** Of two documents of one name only the one that counts is spoken of. */
    private List<RuleCheck.Finding> about(Rule rule) {
        List<RuleCheck.Finding> all = new ArrayList<>();
        for (int i : byRule.getOrDefault(rule.key(), List.of())) {
            Finding found = findings.get(i);
            if (java.util.Objects.equals(
                    found.rule().metadata().getSource(), rule.metadata().getSource())) {
                all.add(new RuleCheck.Finding(found.path(), Severity.WARNING, MARK + i));
            }
        }
        return all;
    }

    private PlacedFinding place(Finding found, Diagnostic at) {
        String hint = "";
        if (!found.typed().isEmpty() && !found.known().isEmpty() && hints++ < MAX_HINTS) {
            List<String> nearest = NearestSpelling.nearest(found.typed(), found.known(), 1);
            hint = nearest.isEmpty() ? "" : "; did you mean \"" + nearest.get(0) + "\"?";
        }
        Diagnostic place = new Diagnostic(
                at.file(), at.line(), at.column(), at.width(), at.severity(), found.message() + hint, at.excerpt());
        return new PlacedFinding(found.code(), resource(found.rule().key()), place);
    }

    static String resource(RuleKey key) {
        return key.kind() + " " + key.name() + "." + key.namespace();
    }

    private static String file(Rule rule) {
        SourcePosition source = rule.metadata().getSource();
        return source == null ? "" : source.getFile();
    }

    /** What the rule itself tells of the place: the line of the nearest enclosing entry, else that of the document. */
    private static Diagnostic fromMetadata(Finding found) {
        SourcePosition source = found.rule().metadata().getSource();
        if (source == null) {
            return new Diagnostic("(live)", 0, 1, 1, Severity.WARNING, "", "");
        }
        Map<String, Integer> lines = found.rule().metadata().getLines();
        String path = found.path();
        while (!path.isEmpty() && !lines.containsKey(path)) {
            path = path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
        }
        Integer line = lines.get(path);
        return line == null
                ? new Diagnostic(source.getFile(), source.getLine(), source.getColumn(), 1, Severity.WARNING, "", "")
                : new Diagnostic(source.getFile(), line, 1, 1, Severity.WARNING, "", "");
    }
}
