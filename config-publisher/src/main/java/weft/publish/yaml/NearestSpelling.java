package weft.publish.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what a mistyped word was meant to be, by edits: insert, delete, replace, swap of neighbours. Pure. */
public final class NearestSpelling {
    /** A word of this length that begins another one is probably that one cut short. */
    private static final int SHORTEST_BEGINNING = 3;

    private NearestSpelling() {}

    /** {@code  (did you mean "prefix"?)} with a leading space, or nothing when no candidate is near. */
    public static String hint(String typed, Collection<String> candidates) {
        List<String> nearest = nearest(typed, candidates, 1);
        return nearest.isEmpty() ? "" : " (did you mean \"" + nearest.get(0) + "\"?)";
    }

    /** The nearest candidates within a third of the word's length, best first, at most {@code limit}. */
    public static List<String> nearest(String typed, Collection<String> candidates, int limit) {
        record Scored(String word, int distance) {}
        String lower = typed.toLowerCase(Locale.ROOT);
        int allowed = Math.max(1, (typed.length() + 1) / 3);
        List<Scored> near = new ArrayList<>();
        for (String candidate : candidates) {
            String other = candidate.toLowerCase(Locale.ROOT);
            boolean begun = typed.length() >= SHORTEST_BEGINNING && other.startsWith(lower);
            if (!begun && Math.abs(candidate.length() - typed.length()) > allowed) {
                continue;
            }
            int distance = begun ? 1 : distance(lower, other);
            if (distance <= allowed) {
                near.add(new Scored(candidate, distance));
            }
        }
        near.sort(Comparator.comparingInt(Scored::distance).thenComparing(Scored::word));
        return near.stream().limit(limit).map(Scored::word).toList();
    }

    /** Edits between two words, a swap of neighbours counting once. */
    static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, 1 + Math.min(row[j - 1], last[j]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }
}
