package weft.publish.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Where the parts of one spec stand in its source: turns {@code http[0].match[0].uri} into a line and a column. Confined
 * to the decoding thread.
 */
final class SpecPositions {
    /** A name, {@code [3]}, or {@code [key]} of a map. */
    private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]]+)|\\[([^\\]]*)]");

    private final Node spec;
    private final Diagnostics diagnostics;

    SpecPositions(Node spec, Diagnostics diagnostics) {
        this.spec = spec;
        this.diagnostics = diagnostics;
    }

    /** Reports a finding at the part its path names, or at the nearest enclosing part that exists. */
    void report(RuleCheck.Finding finding) {
        Node node = locate(finding.path());
        diagnostics.add(finding.severity(), node.getStartMark(), node.getEndMark(), finding.message());
    }

    private Node locate(String path) {
        Node node = spec;
        for (String step : steps(path)) {
            Node next = child(node, step);
            if (next == null) {
                return node;
            }
            node = next;
        }
        return node;
    }

    private static List<String> steps(String path) {
        String below = path.startsWith("spec.") ? path.substring("spec.".length()) : path;
        List<String> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(below);
        while (matcher.find()) {
            steps.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return steps;
    }

    private static @Nullable Node child(Node node, String step) {
        if (node instanceof SequenceNode list) {
            boolean inside = step.matches("\\d{1,9}")
                    && Integer.parseInt(step) < list.getValue().size();
            return inside ? list.getValue().get(Integer.parseInt(step)) : null;
        }
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && (key.getValue().equals(step) || key.getValue().equals(RecordShape.snakeCase(step)))) {
                    // An empty value has no place of its own worth pointing at.
                    return tuple.getValueNode() instanceof ScalarNode value
                                    && value.getValue().isEmpty()
                            ? key
                            : tuple.getValueNode();
                }
            }
        }
        return null;
    }
}
