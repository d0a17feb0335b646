package weft.publish.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import weft.routing.explain.Vantage;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadGroup;

/** Options that say from where a request is made. Confined to the command's thread. */
final class VantageOptions {
    private static final String DEFAULT_NAMESPACE = "default";

    @Option(
            names = "--from",
            paramLabel = "WORKLOAD",
            description = "The workload whose sidecar sends it: NAME or NS/NAME of a WorkloadEntry or WorkloadGroup, "
                    + "else what has the label app=NAME.")
    private @Nullable String from;

    @Option(
            names = "--gateway",
            paramLabel = "NS/NAME",
            description = "The Gateway it comes through (default: none, a sidecar sends it).")
    private @Nullable String gateway;

    @Option(
            names = "--source-namespace",
            paramLabel = "NS",
            description = "Namespace of the proxy (default: that of the Gateway or the workload, else default).")
    private @Nullable String namespace;

    @Option(
            names = "--source-labels",
            paramLabel = "K=V",
            split = ",",
            description = "Labels of the workload, besides those known of it.")
    private Map<String, String> labels = new LinkedHashMap<>();

    /** Where that is, by these rules. */
    Vantage vantage(RuleSnapshot rules, Terminal terminal) {
        if (from != null && gateway != null) {
            throw new CommandFailure(ExitCode.USAGE, "--from and --gateway: a request has one origin (expected: one)");
        }
        if (from == null) {
            return new Vantage(gateway, namespace, labels);
        }
        int slash = from.indexOf('/');
        String name = from.substring(slash + 1);
        String wanted = namespace != null ? namespace : slash < 0 ? null : from.substring(0, slash);
        Map<String, String> found = new TreeMap<>();
        String at = find(rules, wanted, name, found);
        if (at == null) {
            found.put("app", name);
            terminal.say("▲ no workload " + from + " is among the rules: taken for one with the label app=" + name);
        }
        found.putAll(labels);
        return new Vantage(null, at != null ? at : wanted == null ? DEFAULT_NAMESPACE : wanted, found);
    }

    /** Adds the labels of the first workload of this name; answers its namespace, or null when there is none. */
    private static @Nullable String find(
            RuleSnapshot rules, @Nullable String namespace, String name, Map<String, String> labels) {
        for (RuleKey key : new java.util.TreeSet<>(rules.rules().keySet())) {
            Rule rule = rules.get(key);
            boolean isHere = namespace == null || key.namespace().equals(namespace);
            if (rule == null || !isHere) {
                continue;
            }
            if (rule.resource() instanceof WorkloadEntry entry
                    && (key.name().equals(name)
                            || name.equals(entry.getSpec().getLabels().get("app")))) {
                labels.putAll(entry.getSpec().getLabels());
                return key.namespace();
            }
            if (rule.resource() instanceof WorkloadGroup group
                    && key.name().equals(name)
                    && group.getSpec().getTemplate() != null) {
                labels.putAll(group.getSpec().getTemplate().getLabels());
                return key.namespace();
            }
        }
        return null;
    }

    /** In words, for a heading. */
    static String words(Vantage vantage) {
        if (vantage.gateway() != null
                && !vantage.gateway().isEmpty()
                && !vantage.gateway().equals("mesh")) {
            String name = vantage.gateway();
            return "gateway " + (name.indexOf('/') < 0 ? DEFAULT_NAMESPACE + "/" + name : name);
        }
        String namespace = vantage.namespace() == null ? DEFAULT_NAMESPACE : vantage.namespace();
        return "the sidecar of "
                + (vantage.labels().isEmpty() ? "any workload" : new TreeMap<>(vantage.labels()).toString())
                + " in namespace " + namespace;
    }
}
