package weft.proxy;

import java.util.Map;
import picocli.CommandLine;

/** The program {@code weft proxy}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        useLogConfiguration();
        System.exit(run(args));
    }

    /** Loggers are made when classes load: this comes before any of them. */
    private static void useLogConfiguration() {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "weft/proxy/logback.xml");
        }
    }

    static int run(String[] args) {
        return commandLine(new ProxyCommand(), System.getenv()).execute(args);
    }

    static CommandLine commandLine(ProxyCommand command, Map<String, String> environment) {
        return new CommandLine(command)
                .registerConverter(HostPort.class, HostPort::valueOf)
                .registerConverter(InboundOption.class, InboundOption::valueOf)
                .registerConverter(TcpListenOption.class, TcpListenOption::valueOf)
                .registerConverter(DrainTime.class, DrainTime::valueOf)
                .setDefaultValueProvider(new EnvironmentDefaults(environment))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(
                        (problem, arguments) -> fail(ExitCode.USAGE, String.valueOf(problem.getMessage())))
                .setExecutionExceptionHandler((problem, line, parsed) -> {
                    if (problem instanceof StartFailure failure) {
                        return fail(failure.exitCode(), String.valueOf(failure.getMessage()));
                    }
                    return fail(ExitCode.FAILED, problem.toString());
                });
    }

    private static int fail(int code, String text) {
        System.err.println("error: " + text);
        if (code == ExitCode.USAGE) {
            System.err.println("see: weft proxy --help");
        }
        return code;
    }
}
