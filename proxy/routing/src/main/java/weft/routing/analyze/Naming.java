package weft.routing.analyze;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import weft.rules.Rule;

/** Rules as messages name them. Thread-safe: functions only. */
final class Naming {
    /** More names in one message help nobody. */
    private static final int MAX_NAMED = 5;
    /** Of subsets and the like, which are short. */
    private static final int MAX_LISTED = 20;

    private Naming() {}

    static String of(Rule rule) {
        return rule.key().kind() + " " + rule.key().namespace() + "/"
                + rule.key().name();
    }

    /** {@code host "a"}, with how many more there are. */
    static String hosts(List<String> hosts) {
        return "host \"" + hosts.get(0) + "\"" + (hosts.size() > 1 ? " and " + (hosts.size() - 1) + " more" : "");
    }

    /** The names, as {@code a, b and 3 more}; none of nothing. */
    static String some(Collection<String> names) {
        String named = names.stream().limit(MAX_LISTED).collect(Collectors.joining(", "));
        int more = names.size() - MAX_LISTED;
        return names.isEmpty() ? "none" : more > 0 ? named + " and " + more + " more" : named;
    }

    /** The rules but one, as {@code Gateway a/b, Gateway a/c and 3 more}. */
    static String others(Collection<Rule> rules, Rule self) {
        List<Rule> others =
                rules.stream().filter(rule -> !rule.key().equals(self.key())).toList();
        String named = others.stream().limit(MAX_NAMED).map(Naming::of).collect(Collectors.joining(", "));
        int more = others.size() - MAX_NAMED;
        return more > 0 ? named + " and " + more + " more" : named;
    }
}
