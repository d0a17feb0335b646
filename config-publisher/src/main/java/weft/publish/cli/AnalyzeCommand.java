package weft.publish.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.log.RuleLogView;
import weft.log.RuleState;
import weft.publish.log.MeshAddress;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Identity;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.Diagnostic;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.RuleCheck;
import weft.publish.yaml.SourceText;
import weft.routing.analyze.Finding;
import weft.routing.analyze.FindingCode;
import weft.routing.analyze.FindingCode.Level;
import weft.routing.analyze.RuleAnalysis;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Metadata;

/** {@code weft analyze}: what is wrong with rules taken together. */
@Command(
        name = "analyze",
        header = {
            "Examples:",
            "  weft analyze -f rules/                      files by themselves, without a broker",
            "  weft analyze                                the rules in force",
            "  weft analyze -f new.yaml --live             files on top of the rules in force",
            "  weft analyze -f rules/ -o github --fail-on warn",
            "  weft analyze -f rules/ --suppress 'IST0130=VirtualService reviews.*'",
            ""
        },
        description = "Finds what is wrong with rules taken together: unknown hosts and subsets, shadowed routes, "
                + "conflicts. Ends with 79 when something is found that --fail-on names.",
        mixinStandardHelpOptions = true)
final class AnalyzeCommand implements Callable<Integer> {
    /** The mildest finding that makes the command fail. */
    enum FailOn {
        INFO,
        WARN,
        ERROR,
        NONE;

        boolean includes(Level level) {
            return this != NONE && level.ordinal() >= ordinal();
        }
    }

    private final Terminal terminal;

    @Mixin
    private RuleFiles files = new RuleFiles();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--live", description = "Take the rules in force too, under those of -f.")
    private boolean live;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json|sarif|github",
            description = "github: annotations for a workflow.")
    private FindingFormat format = FindingFormat.TEXT;

    @Option(
            names = "--fail-on",
            paramLabel = "info|warn|error|none",
            description = "The mildest finding to end with 79 for (default: error).")
    private FailOn failOn = FailOn.ERROR;

    @Option(
            names = "--suppress",
            paramLabel = "CODE=KIND NAME.NAMESPACE",
            description = "Do not tell of a code for resources; * stands for anything.")
    private List<String> suppress = new ArrayList<>();

    @Option(names = "--list-analyzers", description = "Show every code with its level and meaning.")
    private boolean listAnalyzers;

    AnalyzeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (listAnalyzers) {
            Table table = new Table("CODE", "LEVEL", "NAME", "MEANING");
            for (FindingCode code : FindingCode.values()) {
                table.row(code.name(), code.level().name().toLowerCase(Locale.ROOT), code.title(), code.meaning());
            }
            table.printTo(terminal);
            return ExitCode.OK.number();
        }
        List<Suppression> suppressions =
                suppress.stream().map(Suppression::parse).toList();
        List<SourceText> texts = files.texts(terminal);
        List<DecodedDocument> documents = decode(texts);
        boolean isOnTop = live || !files.isNamed();
        RuleState inForce = isOnTop ? inForce() : RuleState.EMPTY;
        Map<RuleKey, Rule> rules = new LinkedHashMap<>(inForce.rules());
        Map<RuleKey, Rule> untouched = new LinkedHashMap<>(rules);
        long now = System.currentTimeMillis();
        List<PlacedFinding> found = new ArrayList<>();
        Set<String> invalidKinds = new HashSet<>();
        int invalid = 0;
        for (DecodedDocument document : documents) {
            if (document instanceof Resource resource) {
                Rule rule = resource.rule();
                Rule old = rules.get(rule.key());
                untouched.remove(rule.key());
                rules.put(rule.key(), isOnTop ? aged(rule, old, now) : rule);
            }
            if (document instanceof Invalid) {
                invalid++;
                invalidKinds.add(document.identity().kind());
            }
            found.addAll(ofDocument(document));
        }
        int unreadable = inForce.unreadable().size();
        inForce.unreadable().keySet().forEach(key -> invalidKinds.add(key.split("/", 2)[0]));
        List<Finding> findings = new ArrayList<>(RuleAnalysis.analyze(rules.values()));
        // Nobody knows of what kind an illegible document is.
        boolean isIllegible = invalidKinds.contains("");
        boolean isCertain = !findings.removeIf(
                f -> !Collections.disjoint(f.declaredBy(), isIllegible ? f.declaredBy() : invalidKinds));
        untouched.values().forEach(rule -> findings.addAll(byItself(rule)));
        found.addAll(new FindingPlaces(findings, files.namespace()).in(texts));
        Set<String> linesTold = new HashSet<>();
        found.stream().filter(f -> f.code() != FindingCode.IST0133).forEach(f -> linesTold.add(line(f)));
        found.removeIf(f -> isSaidBetter(f, linesTold) || suppressions.stream().anyMatch(s -> s.covers(f)));
        found.sort(PlacedFinding.IN_ORDER);
        format.write(found, terminal);
        inForce.unreadable()
                .forEach((key, bad) ->
                        terminal.say(Table.safe("▲ " + key + " cannot be read and is left out: " + bad.text())));
        if (!isCertain) {
            terminal.say("▲ " + (invalid + unreadable)
                    + " invalid: names that could not be found are not told where these may declare them");
        }
        summarize(found, rules.size());
        boolean fails = found.stream().anyMatch(f -> failOn.includes(f.code().level()));
        return (fails ? ExitCode.FINDINGS : isIllegible ? ExitCode.BAD_RULES : ExitCode.OK).number();
    }

    private List<DecodedDocument> decode(List<SourceText> texts) {
        DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), files.namespace(), RuleChecks.ALL);
        List<DecodedDocument> documents = new ArrayList<>();
        texts.forEach(text -> documents.addAll(decoder.decode(text)));
        return documents;
    }

    private RuleState inForce() {
        MeshAddress mesh = kafka.mesh(terminal);
        try (RuleLogView view = mesh.view()) {
            return view.refresh(mesh.timeout());
        }
    }

    /** A rule in force is judged again: another version may have let it pass. */
    private static List<Finding> byItself(Rule rule) {
        List<Finding> findings = new ArrayList<>();
        for (RuleCheck.Finding found : RuleChecks.ALL.check(rule)) {
            FindingCode code =
                    found.severity() == Diagnostic.Severity.ERROR ? FindingCode.IST0106 : FindingCode.IST0133;
            if (!RuleAnalysis.isSuppressed(code, rule)) {
                findings.add(new Finding(code, rule, found.path(), found.message(), "", List.of()));
            }
        }
        return findings;
    }

    /** As publishing would date it: an update keeps its age, what is new is younger than everything in force. */
    static Rule aged(Rule rule, @org.jspecify.annotations.Nullable Rule old, long now) {
        Metadata metadata = Metadata.newBuilder(rule.metadata())
                .setCreationTimestamp(old == null ? now : old.metadata().getCreationTimestamp())
                .build();
        return new Rule(rule.key(), metadata, rule.resource());
    }

    private static List<PlacedFinding> ofDocument(DecodedDocument document) {
        Identity identity = document.identity();
        String resource =
                identity.kind().isEmpty() ? "" : identity.kind() + " " + identity.name() + "." + identity.namespace();
        List<PlacedFinding> found = new ArrayList<>();
        for (Diagnostic diagnostic : document.diagnostics()) {
            FindingCode code = diagnostic.isError() ? FindingCode.IST0106 : FindingCode.IST0133;
            if (!(document instanceof Resource r) || !RuleAnalysis.isSuppressed(code, r.rule())) {
                found.add(new PlacedFinding(code, resource, coded(diagnostic)));
            }
        }
        return found;
    }

    /** With its own code in the text, as the finding has another. */
    private static Diagnostic coded(Diagnostic bare) {
        return bare.code().isEmpty()
                ? bare
                : new Diagnostic(
                        bare.file(),
                        bare.line(),
                        bare.column(),
                        bare.width(),
                        bare.severity(),
                        bare.code() + " " + bare.message(),
                        bare.excerpt());
    }

    /** Validation warns of dead routes too; the analyzers tell more of them. */
    private static boolean isSaidBetter(PlacedFinding found, Set<String> linesTold) {
        return found.code() == FindingCode.IST0133
                && found.message().contains("is never reached")
                && linesTold.contains(line(found));
    }

    private static String line(PlacedFinding found) {
        return found.place().file() + ":" + found.place().line();
    }

    private void summarize(List<PlacedFinding> found, int rules) {
        long errors =
                found.stream().filter(f -> f.code().level() == Level.ERROR).count();
        long warnings =
                found.stream().filter(f -> f.code().level() == Level.WARN).count();
        terminal.say(rules + " rules analyzed: " + errors + " errors, " + warnings + " warnings, "
                + (found.size() - errors - warnings) + " notes");
    }
}
