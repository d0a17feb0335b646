package weft.routing.analyze;

import java.util.Collection;
import java.util.stream.Collectors;
import weft.rules.Rule;

/** Rules as messages name them. Thread-safe: functions only. */
final class Naming {
    /** More names in one message help nobody. */
    private static final int MAX_NAMED = 5;

    private Naming() {}

    static String of(Rule rule) {
        return rule.key().kind() + " " + rule.key().namespace() + "/"
                + rule.key().name();
    }

    /** The rules but one, as {@code Gateway a/b, Gateway a/c and 3 more}. */
    static String others(Collection<Rule> rules, Rule self) {
        String named = rules.stream()
                .filter(rule -> !rule.key().equals(self.key()))
                .limit(MAX_NAMED)
                .map(Naming::of)
                .collect(Collectors.joining(", "));
        int more = rules.size() - 1 - MAX_NAMED;
        return more > 0 ? named + " and " + more + " more" : named;
    }
}
