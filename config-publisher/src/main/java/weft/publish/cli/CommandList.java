package weft.publish.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The lists of commands in a usage text, a line each. Thread-safe: holds no state.
 *
 * <p>The header of our commands is their examples, which picocli would take for what a command does; it is the first
 * sentence of the description.
 */
final class CommandList {
    /** Of other programs, which the launcher starts by these words. */
    private static final Map<String, String> PROGRAMS = programs();

    private CommandList() {}

    private static Map<String, String> programs() {
        Map<String, String> programs = new LinkedHashMap<>();
        programs.put("up", "Starts a mesh on this machine.");
        programs.put("down", "Ends the mesh on this machine.");
        programs.put("status", "Shows each process of the mesh on this machine.");
        programs.put("demo-load", "Shows or sets how many pages the visitors of that mesh request.");
        programs.put("proxy", "Moves traffic by the rules: a gateway, or a sidecar.");
        programs.put("sink", "Counts what the proxies tell, and answers for it over HTTP.");
        return programs;
    }

    /** Lets a command list its subcommands; with {@code isRoot} the programs as well. */
    static void install(CommandLine line, boolean isRoot) {
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> text(help, isRoot));
        line.getSubcommands().values().forEach(each -> install(each, false));
    }

    private static String text(Help help, boolean isRoot) {
        Map<String, String> commands = new LinkedHashMap<>();
        help.subcommands().forEach((name, each) -> commands.put(name, purpose(each.commandSpec())));
        StringBuilder text = new StringBuilder();
        int width = longest(commands, isRoot ? longest(PROGRAMS, 0) : 0);
        append(text, commands, width);
        if (isRoot) {
            text.append(String.format("%nPrograms:%n"));
            append(text, PROGRAMS, width);
        }
        return text.toString();
    }

    private static int longest(Map<String, String> commands, int least) {
        return commands.keySet().stream().mapToInt(String::length).reduce(least, Math::max);
    }

    private static void append(StringBuilder text, Map<String, String> commands, int width) {
        commands.forEach((name, purpose) -> text.append(String.format("  %-" + width + "s  %s%n", name, purpose)));
    }

    private static String purpose(CommandSpec command) {
        String[] description = command.usageMessage().description();
        String first = description.length == 0 ? "" : description[0];
        int end = first.indexOf(". ");
        return end < 0 ? first : first.substring(0, end + 1);
    }
}
