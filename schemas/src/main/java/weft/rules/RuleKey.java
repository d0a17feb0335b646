package weft.rules;

import java.util.Comparator;

/**
 * Names one resource in the mesh, as {@code VirtualService/default/reviews}. Immutable.
 *
 * <p>Its text form is the record key on the rules topic: plain UTF-8, never a serialized object, so that every language
 * writes the same bytes and compaction works.
 */
public record RuleKey(String kind, String namespace, String name) implements Comparable<RuleKey> {
    private static final Comparator<RuleKey> ORDER = Comparator.comparing(RuleKey::kind)
            .thenComparing(RuleKey::namespace)
            .thenComparing(RuleKey::name);

    public RuleKey {
        requireSegment("kind", kind);
        requireSegment("namespace", namespace);
        requireSegment("name", name);
    }

    /**
     * Reads {@code Kind/namespace/name}.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static RuleKey parse(String text) {
        int first = text.indexOf('/');
        int second = text.indexOf('/', first + 1);
        if (first < 0 || second < 0) {
            throw new IllegalArgumentException("rule key: \"" + text + "\" (expected: Kind/namespace/name)");
        }
        return new RuleKey(text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
    }

    private static void requireSegment(String what, String value) {
        if (value.isEmpty() || value.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "rule key " + what + ": \"" + value + "\" (expected: not empty, without '/')");
        }
    }

    @Override
    public int compareTo(RuleKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return kind + "/" + namespace + "/" + name;
    }
}
