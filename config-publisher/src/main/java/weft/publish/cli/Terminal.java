package weft.publish.cli;

import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command talks to: the three streams, the environment, and whether a person watches. Confined to the thread of
 * the command.
 */
public record Terminal(
        InputStream in, PrintWriter out, PrintWriter err, Map<String, String> environment, boolean interactive) {

    /** The streams of this process, in UTF-8. */
    public static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        // The launcher looks; a console object alone says nothing on newer JDKs.
        String tty = System.getProperty("weft.tty", String.valueOf(System.console() != null));
        boolean interactive = tty.equals("true") && !"dumb".equals(environment.get("TERM"));
        return new Terminal(
                System.in,
                new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)),
                new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8)),
                environment,
                interactive);
    }

    /** A variable of the environment, null when unset or empty. */
    public @Nullable String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Writes data. */
    public void print(String line) {
        out.println(line);
    }

    /** Writes something for people. */
    public void say(String line) {
        err.println(line);
        err.flush();
    }
}
