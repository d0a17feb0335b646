package weft.publish.cli;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weft.rules.RuleKey;
import weft.schema.Bundle;

/** Bundles and resources as commands read and write them: {@code bundle/41}, {@code virtualservice/reviews}. Pure. */
final class BundleWords {
    private static final String PREFIX = "bundle/";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private BundleWords() {}

    /** The number of {@code bundle/N} or {@code N}; null for other words. */
    static @Nullable Long number(String word) {
        String number = word.startsWith(PREFIX) ? word.substring(PREFIX.length()) : word;
        return NUMBER.matcher(number).matches() ? Long.valueOf(number) : null;
    }

    /**
     * The number of {@code bundle/N} or {@code N}.
     *
     * @param what the option or parameter, for the message
     * @throws CommandFailure when the word is something else
     */
    static long require(String what, String word) {
        Long number = number(word);
        if (number == null || number < 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, what + ": \"" + Table.safe(word) + "\" (expected: bundle/N, see weft history)");
        }
        return number;
    }

    /** {@code virtualservice/reviews}, with the namespace when it is not the usual one. */
    static String resource(RuleKey key) {
        String name = key.kind().toLowerCase(Locale.ROOT) + "/" + key.name();
        return key.namespace().equals("default") ? name : name + " in " + key.namespace();
    }

    /** {@code bundle 41 (by ada, 3m ago: ten percent)}. */
    static String told(Bundle bundle, long nowMillis) {
        StringBuilder told = new StringBuilder("bundle " + bundle.getRevision() + " (");
        if (!bundle.getAuthor().isEmpty()) {
            told.append("by ").append(bundle.getAuthor()).append(", ");
        }
        told.append(Durations.age(nowMillis - bundle.getTimestamp())).append(" ago");
        if (!bundle.getMessage().isEmpty()) {
            told.append(": ").append(bundle.getMessage());
        }
        return Table.safe(told.append(")").toString());
    }
}
