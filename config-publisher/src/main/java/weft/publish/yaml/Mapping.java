package weft.publish.yaml;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The entries of a YAML mapping by key: duplicates are reported, {@code <<} is merged, null values mean absent.
 * Immutable.
 */
final class Mapping {
    /** One key with its value. */
    record Entry(String key, Node keyNode, Node value) {}

    private static final String MERGE = "<<";

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private Mapping() {}

    static Mapping of(MappingNode node, Diagnostics diagnostics) {
        Mapping mapping = new Mapping();
        mapping.collect(node, diagnostics, new HashSet<>(), new HashSet<>());
        return mapping;
    }

    private void collect(
            MappingNode node, Diagnostics diagnostics, Set<MappingNode> enclosing, Set<MappingNode> merged) {
        if (!enclosing.add(node)) {
            diagnostics.error(node, "a mapping that merges itself");
            return;
        }
        if (!merged.add(node)) {
            // Nothing is new the second time; going on would let ten aliases of ten aliases multiply.
            enclosing.remove(node);
            return;
        }
        Set<String> own = new HashSet<>();
        List<Node> sources = new ArrayList<>();
        for (NodeTuple tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key) || key.getTag().equals(Tag.NULL)) {
                diagnostics.error(tuple.getKeyNode(), "a key that is not a word (expected: name: value)");
                continue;
            }
            if (key.isPlain() && key.getValue().equals(MERGE)) {
                sources.add(tuple.getValueNode());
            } else if (!own.add(key.getValue())) {
                diagnostics.error(key, "duplicate key \"" + ScalarDecoder.clip(key.getValue()) + "\"");
            } else {
                entries.putIfAbsent(key.getValue(), new Entry(key.getValue(), key, tuple.getValueNode()));
            }
        }
        sources.forEach(source -> merge(source, diagnostics, enclosing, merged));
        enclosing.remove(node);
    }

    private void merge(Node source, Diagnostics diagnostics, Set<MappingNode> enclosing, Set<MappingNode> merged) {
        if (source instanceof MappingNode mapping) {
            collect(mapping, diagnostics, enclosing, merged);
        } else if (source instanceof SequenceNode list) {
            for (Node item : list.getValue()) {
                if (item instanceof MappingNode mapping) {
                    collect(mapping, diagnostics, enclosing, merged);
                } else {
                    diagnostics.error(item, "\"<<\" of something else than a mapping");
                }
            }
        } else {
            diagnostics.error(source, "\"<<\" of something else than a mapping");
        }
    }

    /** Entries with a value, in the order of the text. */
    List<Entry> present() {
        return entries.values().stream().filter(e -> !isNull(e.value())).toList();
    }

    /** All entries, those that are null included. */
    Iterable<Entry> all() {
        return entries.values();
    }

    /** The entry of a key, null when absent or explicitly null. */
    @Nullable
    Entry get(String key) {
        Entry entry = entries.get(key);
        return entry == null || isNull(entry.value()) ? null : entry;
    }

    static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }
}
