package weft.publish.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import weft.log.InvalidBundleException;
import weft.log.KafkaUnreachableException;
import weft.log.RuleLogException;
import weft.log.TopicMismatchException;
import weft.publish.log.Refusal;
import weft.publish.log.acl.MeshRole;
import weft.publish.yaml.NearestSpelling;

/** The {@code weft} command: its subcommands, and the one place where failures become messages and exit codes. */
@Command(
        name = "weft",
        header = {
            "Examples:",
            "  weft apply -f samples/bookinfo/networking/      publish rules, wait until every proxy serves them",
            "  weft get virtualservices -o yaml                what is in force",
            "  weft validate -f rules.yaml                     check files without a broker",
            ""
        },
        description = "Moves traffic by stock Istio rules that are kept in a Kafka log.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        version = WeftCommand.VERSION)
public final class WeftCommand implements Runnable {
    /** Name and version, also for the journal. */
    static final String VERSION = "weft 0.1.0";

    /** Columns of a usage text where no terminal says how many it has. */
    private static final int HELP_WIDTH = 110;

    private static final int SUGGESTIONS = 3;
    private static final int DIFF_FAILED = 2;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Say more; show where in the program a failure arose.")
    private boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use.
    private CommandSpec spec;

    private WeftCommand() {}

    /** Runs one command line and answers its exit code; never throws for what a user did. */
    public static int run(Terminal terminal, String... args) {
        int exitCode = commandLine(terminal, args).execute(args);
        terminal.out().flush();
        terminal.err().flush();
        return exitCode;
    }

    /** The wired command line, of all commands unless {@code args} begin with one; also read by completion. */
    static CommandLine commandLine(Terminal terminal, String... args) {
        WeftCommand root = new WeftCommand();
        CommandLine line = new CommandLine(root);
        Map<String, Supplier<Object>> commands = commands(terminal);
        Supplier<Object> called = args.length == 0 ? null : commands.get(args[0]);
        // Each command is wired by reflection, which takes longer than most of them run: one that is called is enough.
        (called == null ? commands.values() : List.of(called)).forEach(each -> line.addSubcommand(each.get()));
        line.setOut(terminal.out())
                .setErr(terminal.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, arguments) -> misused(e, terminal))
                .setExecutionExceptionHandler(
                        (e, command, parsed) -> exitCode(command, root.failed(command, e, terminal)));
        CommandList.install(line, true);
        Map<String, String> exitCodes = new LinkedHashMap<>();
        for (ExitCode code : ExitCode.values()) {
            exitCodes.put(String.valueOf(code.number()), code.meaning());
        }
        line.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes);
        return line;
    }

    private static Map<String, Supplier<Object>> commands(Terminal terminal) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("apply", () -> new ApplyCommand(terminal));
        commands.put("delete", () -> new DeleteCommand(terminal));
        commands.put("get", () -> new GetCommand(terminal));
        commands.put("validate", () -> new ValidateCommand(terminal));
        commands.put("analyze", () -> new AnalyzeCommand(terminal));
        commands.put("explain", () -> new ExplainCommand(terminal));
        commands.put("diff", () -> new DiffCommand(terminal));
        commands.put("history", () -> new HistoryCommand(terminal));
        commands.put("show", () -> new ShowCommand(terminal));
        commands.put("undo", () -> new UndoCommand(terminal));
        commands.put("export", () -> new ExportCommand(terminal));
        commands.put("wait", () -> new WaitCommand(terminal));
        commands.put("audit", () -> new AuditCommand(terminal));
        commands.put("restore", () -> new RestoreCommand(terminal));
        commands.put("proxies", () -> new ProxiesCommand(terminal));
        commands.put("workloads", () -> new WorkloadsCommand(terminal));
        commands.put("check", () -> new CheckCommand(terminal));
        commands.put("stat", () -> new StatCommand(terminal));
        commands.put("tail", () -> new TailCommand(terminal));
        commands.put("keys", () -> KeysCommand.line(terminal));
        commands.put("completion", () -> new CompletionCommand(terminal));
        return commands;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? (see: weft --help)");
    }

    private static int misused(ParameterException e, Terminal terminal) {
        CommandLine command = e.getCommandLine();
        // picocli names an option of several values twice so.
        String message = String.valueOf(e.getMessage()).replace("option option ", "option ");
        if (e instanceof UnmatchedArgumentException unmatched
                && !command.getSubcommands().isEmpty()
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            List<String> nearest =
                    NearestSpelling.nearest(word, command.getSubcommands().keySet(), SUGGESTIONS);
            message = "unknown command \"" + word + "\""
                    + (nearest.isEmpty() ? "" : " (did you mean " + String.join(", ", nearest) + "?)");
        }
        terminal.say("weft: " + message);
        terminal.say("try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE.number();
    }

    /** Of diff, 1 says that something differs; what failed for no reason of its own ends with 2, as kubectl's does. */
    private static int exitCode(CommandLine command, int code) {
        boolean isDiff = command.getCommandName().equals("diff");
        return isDiff && code == ExitCode.FAILED.number() ? DIFF_FAILED : code;
    }

    /** What Kafka denies a command, and which ACL it lacks; null when it is something else that failed. */
    private static @Nullable String refusal(CommandLine command, Exception e, Terminal terminal) {
        for (CommandSpec mixin : command.getCommandSpec().mixins().values()) {
            if (mixin.userObject() instanceof KafkaOptions kafka) {
                return new Refusal(kafka.mesh(terminal), role(command.getCommandName())).words(e);
            }
        }
        return null;
    }

    private static MeshRole role(String command) {
        return switch (command) {
            case "apply", "delete", "undo" -> MeshRole.PUBLISHER;
            case "check" -> MeshRole.OPERATOR;
            default -> MeshRole.READER;
        };
    }

    private int failed(CommandLine command, Exception e, Terminal terminal) {
        if (verbose) {
            e.printStackTrace(terminal.err());
        }
        if (e instanceof CommandFailure failure) {
            terminal.say("weft: " + failure.getMessage());
            return failure.exitCode().number();
        }
        if (e instanceof KafkaUnreachableException) {
            terminal.say("weft: " + e.getMessage() + "; see --kafka and WEFT_KAFKA");
            return ExitCode.KAFKA_UNREACHABLE.number();
        }
        if (e instanceof InvalidBundleException invalid) {
            invalid.problems().forEach(problem -> terminal.say("weft: " + problem));
            return ExitCode.BAD_RULES.number();
        }
        String refusal = refusal(command, e, terminal);
        if (refusal != null) {
            terminal.say("weft: " + refusal);
            return ExitCode.DENIED.number();
        }
        if (e instanceof RuleLogException || e instanceof TopicMismatchException) {
            terminal.say("weft: " + e.getMessage());
            return ExitCode.FAILED.number();
        }
        String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        terminal.say("weft: " + what.lines().findFirst().orElse(what) + (verbose ? "" : " (--verbose shows where)"));
        return ExitCode.FAILED.number();
    }
}
