package weft.local;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import weft.local.broker.BrokerCommand;
import weft.local.demo.DemoCommand;
import weft.local.mesh.DemoLoadCommand;
import weft.local.mesh.DownCommand;
import weft.local.mesh.StatusCommand;
import weft.local.mesh.UpCommand;

/** The programs that make a mesh on one machine. Confined to the main thread. */
@Command(
        name = "weft",
        description = "A whole mesh on one machine.",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            DemoLoadCommand.class,
            BrokerCommand.class,
            DemoCommand.class
        })
public final class Main {
    /** EX_USAGE of sysexits. */
    private static final int EXIT_USAGE = 64;

    private Main() {}

    public static void main(String[] args) {
        // Before the first logger: several modules bring a logging provider and a configuration of their own.
        System.setProperty("slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider");
        System.setProperty("slf4j.internal.verbosity", "WARN");
        System.setProperty("logback.configurationFile", "weft/local/logback.xml");
        System.exit(run(args));
    }

    static int run(String... args) {
        CommandLine line = new CommandLine(new Main());
        line.setParameterExceptionHandler((e, unused) -> {
            CommandLine failed = e.getCommandLine();
            failed.getErr().println(failed.getCommandSpec().qualifiedName() + ": " + e.getMessage());
            return EXIT_USAGE;
        });
        line.setExecutionExceptionHandler((e, failed, parsed) -> {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            failed.getErr().println(failed.getCommandSpec().qualifiedName() + ": " + why);
            return 1;
        });
        return line.execute(args);
    }
}
