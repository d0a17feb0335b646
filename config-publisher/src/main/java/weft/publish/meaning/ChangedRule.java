package weft.publish.meaning;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.ResourceTree;
import weft.publish.yaml.YamlWriter;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * One resource before and after, as its author would write it: what publishing mints is left out. Immutable.
 *
 * @param before null when it was created
 * @param after null when it was deleted
 */
public record ChangedRule(
        RuleKey key, @Nullable Rule before, @Nullable Rule after) {
    private static final ResourceTree TREES = new ResourceTree(new ResourceKinds()).withoutIdentity();

    /** What differs between two sets of rules, by key. */
    public static List<ChangedRule> between(Map<RuleKey, Rule> before, Map<RuleKey, Rule> after) {
        Set<RuleKey> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        List<ChangedRule> changed = new ArrayList<>();
        for (RuleKey key : keys) {
            ChangedRule rule = new ChangedRule(key, before.get(key), after.get(key));
            if (rule.isChanged()) {
                changed.add(rule);
            }
        }
        return List.copyOf(changed);
    }

    /** Whether an author would see a difference. */
    public boolean isChanged() {
        Rule old = before;
        Rule now = after;
        if (old == null || now == null) {
            return old != null || now != null;
        }
        return !spec(old).equals(spec(now))
                || !old.metadata().getLabels().equals(now.metadata().getLabels())
                || !old.metadata().getAnnotations().equals(now.metadata().getAnnotations());
    }

    private static Object spec(Rule rule) {
        return rule.resource().get(rule.resource().getSchema().getField("spec").pos());
    }

    /** {@code created}, {@code deleted} or {@code configured}, as applying says it. */
    public String operation() {
        return before == null ? "created" : after == null ? "deleted" : "configured";
    }

    /** What it means for traffic, a line each. */
    public List<String> meaning() {
        return Meaning.of(tree(before), tree(after));
    }

    /** The YAML before; empty when there was none. */
    public String textBefore() {
        return text(before);
    }

    /** The YAML after; empty when there is none. */
    public String textAfter() {
        return text(after);
    }

    /** The YAML as a unified diff. */
    public List<String> diff(String beforeName, String afterName) {
        return TextDiff.unified(beforeName, afterName, textBefore(), textAfter());
    }

    private static String text(@Nullable Rule rule) {
        ObjectNode tree = tree(rule);
        return tree == null ? "" : YamlWriter.write(tree);
    }

    private static @Nullable ObjectNode tree(@Nullable Rule rule) {
        if (rule == null) {
            return null;
        }
        ObjectNode tree = TREES.of(rule);
        if (tree.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("creationTimestamp");
        }
        return tree;
    }
}
