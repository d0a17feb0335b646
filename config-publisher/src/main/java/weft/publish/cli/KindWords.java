package weft.publish.cli;

import java.util.ArrayList;
import java.util.List;
import weft.publish.yaml.NearestSpelling;
import weft.publish.yaml.ResourceKinds;
import weft.rules.RuleKey;

/** Kinds and names as people type them: {@code vs reviews}, {@code virtualservice/reviews}. Pure. */
final class KindWords {
    private KindWords() {}

    /**
     * The kind a word means.
     *
     * @throws CommandFailure with the nearest spelling when there is none
     */
    static ResourceKinds.Kind kind(String word, ResourceKinds kinds) {
        ResourceKinds.Kind kind = kinds.meant(word);
        if (kind == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "unknown kind \"" + Table.safe(word) + "\"" + NearestSpelling.hint(word, kinds.words())
                            + " (known: " + String.join(", ", kinds.words()) + ")");
        }
        return kind;
    }

    /** The keys that {@code KIND NAME...} or {@code KIND/NAME...} name; none for no words. */
    static List<RuleKey> keys(List<String> words, String namespace, ResourceKinds kinds) {
        List<RuleKey> keys = new ArrayList<>();
        if (words.isEmpty()) {
            return keys;
        }
        if (words.get(0).indexOf('/') < 0) {
            String kind = kind(words.get(0), kinds).name();
            if (words.size() == 1) {
                throw new CommandFailure(ExitCode.USAGE, "which " + words.get(0) + "? (expected: KIND NAME)");
            }
            words.subList(1, words.size()).forEach(name -> keys.add(key(kind, namespace, name)));
            return keys;
        }
        for (String word : words) {
            int slash = word.indexOf('/');
            if (slash < 0) {
                throw new CommandFailure(ExitCode.USAGE, "\"" + Table.safe(word) + "\" (expected: KIND/NAME)");
            }
            keys.add(key(kind(word.substring(0, slash), kinds).name(), namespace, word.substring(slash + 1)));
        }
        return keys;
    }

    private static RuleKey key(String kind, String namespace, String name) {
        try {
            return new RuleKey(kind, namespace, name);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
