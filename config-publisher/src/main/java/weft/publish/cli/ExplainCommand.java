package weft.publish.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.publish.explain.BadCallException;
import weft.publish.explain.Batch;
import weft.publish.explain.ExplanationJson;
import weft.publish.explain.ExplanationText;
import weft.publish.explain.ForwardJson;
import weft.publish.explain.Paint;
import weft.publish.explain.Proxies;
import weft.publish.explain.QuestionReader;
import weft.publish.explain.RuleWords;
import weft.publish.log.MeshAddress;
import weft.publish.log.PastRules;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.NearestSpelling;
import weft.routing.explain.Call;
import weft.routing.explain.Explanation;
import weft.routing.explain.UnknownGatewayException;
import weft.routing.explain.Vantage;
import weft.routing.http.PathNormalization;
import weft.routing.route.Forward;

/** {@code weft explain}: where a request goes, and why. */
@Command(
        name = "explain",
        header = {
            "Examples:",
            "  weft explain GET http://reviews:9080/reviews/0 -H 'end-user: jason'",
            "  weft explain GET http://shop.example/ --gateway default/shop -f rules/",
            "  weft explain GET http://reviews:9080/ --from productpage --at bundle/41",
            "  weft explain GET http://reviews:9080/ -f new.yaml --live",
            "  weft explain -f rules.yaml --requests requests.ndjson -o json",
            ""
        },
        description = {
            "Says where a request goes, and why: every route in order with the first condition that fails, then the "
                    + "destination, weights, rewriting, timeout, retries and faults. The proxy's own matcher decides. "
                    + "Without -f the rules in force are taken.",
            "A line of --requests has: method scheme authority path headers port gateway sourceNamespace "
                    + "sourceLabels random; only authority is required."
        },
        mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
    private static final int DEFAULT_WIDTH = 80;

    private final Terminal terminal;

    @Parameters(index = "0", arity = "0..1", paramLabel = "METHOD", description = "As GET.")
    private @Nullable String method;

    @Parameters(index = "1", arity = "0..1", paramLabel = "URL", description = "As http://reviews:9080/reviews/0.")
    private @Nullable String url;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header field; again for more.")
    private List<String> headers = new ArrayList<>();

    @Mixin
    private VantageOptions from = new VantageOptions();

    @Option(
            names = "--random",
            paramLabel = "N",
            description = "The draw that weights and faults decide by (default: all shares are shown).")
    private @Nullable String random;

    @Option(
            names = "--path-normalization",
            paramLabel = "none|base|merge_slashes|decode_and_merge_slashes",
            description = "How the proxies are told to make paths canonical (default: base).")
    private PathNormalization paths = PathNormalization.BASE;

    @Mixin
    private RuleFiles files = new RuleFiles();

    @Option(names = "--live", description = "Take the rules in force too, under those of -f.")
    private boolean live;

    @Mixin
    private AtOption at = new AtOption();

    @Option(
            names = "--requests",
            paramLabel = "FILE|-",
            description = "Explain every request of a file, one JSON object a line.")
    private @Nullable String requests;

    @Option(names = "--all", description = "Show every route of a long list.")
    private boolean all;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one object; one a line with --requests.")
    private TextOrJson format = TextOrJson.TEXT;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Call asked = requests == null ? call(method, url) : null;
        if (requests != null && method != null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--requests: \"" + method + "\" (expected: no METHOD and URL beside it)");
        }
        if ("-".equals(requests) && files.names().contains("-")) {
            throw new CommandFailure(ExitCode.USAGE, "-f - and --requests -: standard input can be read once");
        }
        RulesInQuestion rules = rules();
        Proxies proxies = new Proxies(rules.rules(), paths);
        Vantage vantage = from.vantage(rules.rules(), terminal);
        RuleWords words = new RuleWords(rules.rules(), rules.provenance());
        boolean isWell = asked == null
                ? batch(new Batch(proxies, new QuestionReader(vantage), new ExplanationJson(words)), words)
                : one(asked, proxies, vantage, words);
        if (rules.invalid() > 0) {
            terminal.say("▲ " + rules.invalid() + (rules.invalid() == 1 ? " document is" : " documents are")
                    + " invalid and left out: the answer may be another one with it");
            return ExitCode.BAD_RULES.number();
        }
        return (isWell ? ExitCode.OK : ExitCode.FAILED).number();
    }

    private Call call(@Nullable String verb, @Nullable String target) {
        if (verb == null || target == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    verb == null
                            ? "which request? (expected: METHOD URL, or --requests FILE)"
                            : "\"" + verb + "\" (expected: METHOD URL, as GET http://reviews:9080/)");
        }
        try {
            Long draw = random == null ? null : QuestionReader.draw(random);
            return QuestionReader.checked(RequestWords.call(verb, target, headers, draw));
        } catch (BadCallException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private RulesInQuestion rules() {
        List<DecodedDocument> documents = files.isNamed() ? files.read(terminal, RuleChecks.ALL) : List.of();
        if (documents.stream()
                .anyMatch(d -> d instanceof Invalid && d.identity().kind().isEmpty())) {
            RuleFiles.explain(documents, terminal);
            throw new CommandFailure(ExitCode.BAD_RULES, "nothing is explained: not every document can be read");
        }
        PastRules past = null;
        if (live || at.isSet() || !files.isNamed()) {
            MeshAddress mesh = kafka.mesh(terminal);
            past = PastRules.read(mesh, at.revision(mesh));
        }
        RulesInQuestion rules = RulesInQuestion.of(documents, past, terminal);
        if (rules.rules().rules().isEmpty()) {
            terminal.say("▲ there are no rules" + (past == null ? " in these files" : " in force"));
        }
        return rules;
    }

    private boolean one(Call asked, Proxies proxies, Vantage vantage, RuleWords words) {
        Proxies.Proxy proxy;
        try {
            proxy = proxies.at(vantage);
        } catch (UnknownGatewayException e) {
            List<String> nearest = NearestSpelling.nearest(e.gateway(), e.known(), 1);
            String hint = nearest.isEmpty() ? "" : "; did you mean " + nearest.get(0) + "?";
            String known = e.known().isEmpty() ? "there is none" : "there is: " + String.join(", ", e.known());
            throw new CommandFailure(ExitCode.FAILED, e.getMessage() + " (" + known + ")" + hint, e);
        }
        Explanation told = proxy.explainer().explain(asked, true);
        if (format == TextOrJson.JSON) {
            ObjectNode document = JsonNodeFactory.instance.objectNode().put("apiVersion", "weft/v1");
            ExplanationJson json = new ExplanationJson(words);
            json.write(told, document);
            if (told.route() != null && told.route().action() instanceof Forward forward) {
                ForwardJson.write(forward, document);
            }
            json.trace(told, document);
            json.unused(told, document);
            terminal.print(document.toPrettyString());
        } else {
            text(words).write(told, VantageOptions.words(vantage)).forEach(terminal::print);
        }
        return true;
    }

    private ExplanationText text(RuleWords words) {
        boolean isColoured = terminal.interactive() && terminal.variable("NO_COLOR") == null;
        long now = System.currentTimeMillis();
        return new ExplanationText(words, new Paint(isColoured), width(), all, moment -> Durations.age(now - moment));
    }

    /** Of the terminal, as COLUMNS says it; files and pipes have no width. */
    private int width() {
        String columns = terminal.variable("COLUMNS");
        if (columns != null && columns.matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(columns);
        }
        return terminal.interactive() ? DEFAULT_WIDTH : 0;
    }

    private boolean batch(Batch batch, RuleWords words) throws IOException {
        ExplanationText text = text(words);
        try (InputStream in = open(String.valueOf(requests))) {
            batch.run(in, (answer, told) -> print(answer, told, text), terminal.out()::flush);
        }
        if (batch.errors() > 0) {
            terminal.say("▲ " + batch.errors() + " of " + batch.lines() + " lines could not be read, the first is line "
                    + batch.firstError());
        }
        return batch.errors() == 0;
    }

    private void print(ObjectNode answer, @Nullable Explanation told, ExplanationText text) {
        if (format == TextOrJson.JSON) {
            terminal.print(answer.toString());
        } else if (told == null) {
            String what = answer.path("error").asText(answer.path("message").asText());
            terminal.print("✘ line " + answer.path("line").asLong() + ": " + Table.safe(what));
        } else {
            terminal.print(text.line(told));
        }
    }

    private InputStream open(String file) {
        if (file.equals("-")) {
            return terminal.in();
        }
        try {
            return Files.newInputStream(Path.of(file));
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new CommandFailure(ExitCode.USAGE, file + ": no such file", e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
