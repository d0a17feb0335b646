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

    /**
     * The nearest candidates within a third of the word's length, best first, at most {@code limit}. A domain that both
     * end with says nothing of how near they are: {@code a.default.svc} is not nearly {@code b.default.svc}.
     */
    public static List<String> nearest(String typed, Collection<String> candidates, int limit) {
        record Scored(String word, int distance, long gap) {}
        String lower = typed.toLowerCase(Locale.ROOT);
        List<Scored> near = new ArrayList<>();
        for (String candidate : candidates) {
            String other = candidate.toLowerCase(Locale.ROOT);
            int shared = sharedDomain(lower, other);
            int length = lower.length() - shared;
            int allowed = Math.max(1, (length + 1) / 3);
            boolean begun = typed.length() >= SHORTEST_BEGINNING && other.startsWith(lower);
            if (!begun && Math.abs(other.length() - lower.length()) > allowed) {
                continue;
            }
            int distance =
                    begun ? 1 : distance(lower.substring(0, length), other.substring(0, other.length() - shared));
            if (distance <= allowed) {
                near.add(new Scored(candidate, distance, gap(lower, other)));
            }
        }
        near.sort(Comparator.comparingInt(Scored::distance)
                .thenComparingLong(Scored::gap)
                .thenComparing(Scored::word));
        return near.stream().limit(limit).map(Scored::word).toList();
    }

    /** Length of the longest end of both that begins with a dot. */
    private static int sharedDomain(String a, String b) {
        int shared = 0;
        for (int i = 1; i < a.length() && i < b.length() && a.charAt(a.length() - i) == b.charAt(b.length() - i); i++) {
            if (a.charAt(a.length() - i) == '.') {
                shared = i;
            }
        }
        return shared;
    }

    /** How far apart the numbers are where the words first differ: of v1, v2 and v3 the last is nearest to v4. */
    private static long gap(String a, String b) {
        int at = 0;
        while (at < a.length() && at < b.length() && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        while (at > 0 && isDigit(a, at - 1)) {
            at--;
        }
        return isDigit(a, at) && isDigit(b, at) ? Math.abs(number(a, at) - number(b, at)) : Long.MAX_VALUE;
    }

    private static boolean isDigit(String text, int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    /** Up to nine digits of the number that begins here. */
    private static long number(String text, int from) {
        int end = from;
        while (end < from + 9 && isDigit(text, end)) {
            end++;
        }
        return Long.parseLong(text.substring(from, end));
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
