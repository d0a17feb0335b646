package weft.publish.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** The options that delete what files no longer hold. Confined to the command's thread. */
final class PruneOptions {
    @Option(names = "--prune", description = "Delete rules with the label of -l that the files do not hold.")
    private boolean prune;

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "KEY=VALUE",
            description = "Which rules --prune may delete; in the namespaces of the files.")
    private Map<String, String> selector = Map.of();

    boolean isSet() {
        return prune;
    }

    /** @param hasFiles whether there are files to compare with */
    void require(boolean hasFiles) {
        if (prune && selector.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "--prune: which rules may go? (expected: -l KEY=VALUE)");
        }
        if (!prune && !selector.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "-l says what --prune may delete (expected: --prune too)");
        }
        if (prune && !hasFiles) {
            throw new CommandFailure(ExitCode.USAGE, "--prune: what shall stay? (expected: -f FILE)");
        }
    }

    /** What would be deleted, in order; nothing without the option. */
    List<RuleKey> pruned(Collection<Rule> inForce, List<Resource> resources, String defaultNamespace) {
        if (!prune) {
            return List.of();
        }
        Set<RuleKey> kept = new HashSet<>();
        Set<String> namespaces = new HashSet<>(Set.of(defaultNamespace));
        for (Resource resource : resources) {
            kept.add(resource.rule().key());
            namespaces.add(resource.rule().key().namespace());
        }
        List<RuleKey> pruned = new ArrayList<>();
        for (Rule rule : inForce) {
            boolean selected = rule.metadata().getLabels().entrySet().containsAll(selector.entrySet());
            if (selected && namespaces.contains(rule.key().namespace()) && !kept.contains(rule.key())) {
                pruned.add(rule.key());
            }
        }
        pruned.sort(null);
        return pruned;
    }
}
