package weft.routing.compile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.host.WildcardIndex;
import weft.routing.persistent.ShardedMap;
import weft.rules.Rule;

/**
 * Rules of one kind by hosts, or other names, that they mention; oldest first. Immutable.
 *
 * <p>The next version shares with it what did not change.
 */
final class RulesByName {
    /** As {@link Rule#OLDEST_FIRST}; of two kinds a Kubernetes Service comes before a ServiceEntry. */
    private static final Comparator<Rule> ORDER =
            Rule.OLDEST_FIRST.thenComparing(rule -> rule.key().kind());

    private final Function<Rule, Collection<String>> names;
    private final ShardedMap<String, List<Rule>> byName;
    private final WildcardIndex wildcards;

    private RulesByName(
            Function<Rule, Collection<String>> names, ShardedMap<String, List<Rule>> byName, WildcardIndex wildcards) {
        this.names = names;
        this.byName = byName;
        this.wildcards = wildcards;
    }

    /**
     * Indexes rules.
     *
     * @param names by which a rule is asked for
     */
    static RulesByName of(List<Rule> oldestFirst, Function<Rule, Collection<String>> names) {
        Map<String, List<Rule>> byName = new HashMap<>();
        for (Rule rule : oldestFirst) {
            for (String host : once(names.apply(rule))) {
                byName.computeIfAbsent(host, key -> new ArrayList<>(1)).add(rule);
            }
        }
        return new RulesByName(names, ShardedMap.copyOf(byName), new WildcardIndex(byName.keySet()));
    }

    /** With one rule in the place of another; null for none. */
    RulesByName with(@Nullable Rule gone, @Nullable Rule come) {
        ShardedMap.Editor<String, List<Rule>> editor = byName.edit();
        boolean isWildcardChanged = false;
        for (String host : gone == null ? Set.<String>of() : once(names.apply(gone))) {
            List<Rule> left = new ArrayList<>(before(editor, host));
            left.remove(gone);
            isWildcardChanged |= HostNames.isWildcard(host) && left.isEmpty();
            set(editor, host, left);
        }
        for (String host : come == null ? Set.<String>of() : once(names.apply(come))) {
            List<Rule> more = new ArrayList<>(before(editor, host));
            isWildcardChanged |= HostNames.isWildcard(host) && more.isEmpty();
            more.add(come);
            more.sort(ORDER);
            set(editor, host, more);
        }
        ShardedMap<String, List<Rule>> changed = editor.done();
        return new RulesByName(names, changed, isWildcardChanged ? new WildcardIndex(changed.keySet()) : wildcards);
    }

    private static Collection<String> once(Collection<String> named) {
        return named.size() < 2 ? named : new LinkedHashSet<>(named);
    }

    private static List<Rule> before(ShardedMap.Editor<String, List<Rule>> editor, String host) {
        List<Rule> rules = editor.get(host);
        return rules == null ? List.of() : rules;
    }

    private static void set(ShardedMap.Editor<String, List<Rule>> editor, String host, List<Rule> rules) {
        if (rules.isEmpty()) {
            editor.remove(host);
        } else {
            editor.put(host, List.copyOf(rules));
        }
    }

    /** Those that name this very host, oldest first. */
    List<Rule> naming(String host) {
        return byName.getOrDefault(host, List.of());
    }

    /** Those that name one of the hosts, or a wildcard that contains one, oldest first. */
    List<Rule> containing(Collection<String> asked) {
        Set<Rule> found = new TreeSet<>(ORDER);
        for (String host : asked) {
            found.addAll(naming(host));
            wildcards.containing(host).forEach(wildcard -> found.addAll(naming(wildcard)));
        }
        return List.copyOf(found);
    }

    WildcardIndex wildcards() {
        return wildcards;
    }
}
