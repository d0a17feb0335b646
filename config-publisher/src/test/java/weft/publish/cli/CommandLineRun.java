package weft.publish.cli;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** One run of the command in this process: what it wrote and how it ended. */
record CommandLineRun(int exitCode, String out, String err) {

    static CommandLineRun of(String... arguments) {
        return withInput("", Map.of(), arguments);
    }

    static CommandLineRun withInput(String input, Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out),
                new PrintWriter(err),
                environment,
                false);
        int exitCode = WeftCommand.run(terminal, arguments);
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }

    /** The same arguments with more in front of them. */
    static String[] with(List<String> more, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(more);
        return all.toArray(String[]::new);
    }
}
