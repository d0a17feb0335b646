package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import weft.publish.meaning.ChangedRule;
import weft.rules.RuleKey;

/** Changed rules as commands show them: what became of each, what it means, and the YAML's difference. Thread-safe. */
final class ChangeText {
    private static final String INDENT = "  ";
    private static final String RED = "\u001b[31m";
    private static final String GREEN = "\u001b[32m";
    private static final String END = "\u001b[0m";

    /** The names of both sides in a diff, as {@code bundle/41} or {@code rules.yaml:3}. */
    record Sides(Function<RuleKey, String> before, Function<RuleKey, String> after) {
        static Sides of(String before, String after) {
            return new Sides(key -> before, key -> after);
        }
    }

    private ChangeText() {}

    static void print(List<ChangedRule> changes, Sides sides, boolean withDiff, Terminal terminal) {
        boolean isColoured = terminal.interactive() && terminal.variable("NO_COLOR") == null;
        for (ChangedRule change : changes) {
            terminal.print(Table.safe(BundleWords.resource(change.key()) + " " + change.operation()));
            change.meaning().forEach(line -> terminal.print(Table.safe(INDENT + line)));
            if (withDiff) {
                diff(change, sides).forEach(line -> terminal.print(isColoured ? coloured(line) : line));
            }
        }
    }

    static List<String> diff(ChangedRule change, Sides sides) {
        String name = BundleWords.resource(change.key());
        return change
                .diff(
                        name + " " + sides.before().apply(change.key()),
                        name + " " + sides.after().apply(change.key()))
                .stream()
                .map(Table::safe)
                .toList();
    }

    private static String coloured(String line) {
        return switch (line.charAt(0)) {
            case '-' -> RED + line + END;
            case '+' -> GREEN + line + END;
            default -> line;
        };
    }

    /** One object a change: kind, namespace, name, operation, meaning and diff. */
    static void write(List<ChangedRule> changes, Sides sides, ArrayNode into) {
        for (ChangedRule change : changes) {
            ObjectNode node = into.addObject()
                    .put("kind", change.key().kind())
                    .put("namespace", change.key().namespace())
                    .put("name", change.key().name())
                    .put("operation", change.operation());
            change.meaning().forEach(node.putArray("meaning")::add);
            node.put("diff", String.join("\n", diff(change, sides)));
        }
    }
}
