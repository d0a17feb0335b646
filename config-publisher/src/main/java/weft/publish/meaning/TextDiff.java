package weft.publish.meaning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Two texts as a unified diff, with as few changed lines as Myers' algorithm finds. Pure. */
public final class TextDiff {
    private static final int CONTEXT = 3;
    /** Texts that differ by more lines are told as a whole: time and memory grow with its square. */
    private static final int MAX_EDITS = 2_000;

    private enum Op {
        KEEP(' '),
        DELETE('-'),
        INSERT('+');

        private final char mark;

        Op(char mark) {
            this.mark = mark;
        }
    }

    private record Edit(Op op, String line) {}

    private TextDiff() {}

    /** Lines of the diff under its two names; none when the texts are equal. Either text may be empty for "not there". */
    public static List<String> unified(String beforeName, String afterName, String before, String after) {
        if (before.equals(after)) {
            return List.of();
        }
        List<Edit> edits = edits(before.lines().toList(), after.lines().toList());
        List<String> lines = new ArrayList<>(List.of("--- " + beforeName, "+++ " + afterName));
        int oldLine = 1;
        int newLine = 1;
        for (int at = 0; at < edits.size(); ) {
            int change = nextChange(edits, at);
            if (change == edits.size()) {
                break;
            }
            int begin = Math.max(at, change - CONTEXT);
            oldLine += begin - at;
            newLine += begin - at;
            int end = hunkEnd(edits, change);
            List<Edit> hunk = edits.subList(begin, end);
            int oldCount = (int) hunk.stream().filter(e -> e.op() != Op.INSERT).count();
            int newCount = (int) hunk.stream().filter(e -> e.op() != Op.DELETE).count();
            lines.add("@@ -" + range(oldLine, oldCount) + " +" + range(newLine, newCount) + " @@");
            hunk.forEach(edit -> lines.add(edit.op().mark + edit.line()));
            oldLine += oldCount;
            newLine += newCount;
            at = end;
        }
        return lines;
    }

    private static int nextChange(List<Edit> edits, int from) {
        int at = from;
        while (at < edits.size() && edits.get(at).op() == Op.KEEP) {
            at++;
        }
        return at;
    }

    /** Behind the context after the last change that is near enough to belong here. */
    private static int hunkEnd(List<Edit> edits, int firstChange) {
        int lastChange = firstChange;
        for (int at = firstChange; at < edits.size() && at - lastChange <= 2 * CONTEXT; at++) {
            if (edits.get(at).op() != Op.KEEP) {
                lastChange = at;
            }
        }
        return Math.min(edits.size(), lastChange + 1 + CONTEXT);
    }

    private static String range(int line, int count) {
        int start = count == 0 ? line - 1 : line;
        return count == 1 ? String.valueOf(start) : start + "," + count;
    }

    private static List<Edit> edits(List<String> before, List<String> after) {
        int start = 0;
        while (start < before.size()
                && start < after.size()
                && before.get(start).equals(after.get(start))) {
            start++;
        }
        int oldEnd = before.size();
        int newEnd = after.size();
        while (oldEnd > start && newEnd > start && before.get(oldEnd - 1).equals(after.get(newEnd - 1))) {
            oldEnd--;
            newEnd--;
        }
        List<Edit> edits = new ArrayList<>();
        before.subList(0, start).forEach(line -> edits.add(new Edit(Op.KEEP, line)));
        edits.addAll(myers(before.subList(start, oldEnd), after.subList(start, newEnd)));
        before.subList(oldEnd, before.size()).forEach(line -> edits.add(new Edit(Op.KEEP, line)));
        return edits;
    }

    /** The furthest points reached with each number of edits, then the way back through them. */
    private static List<Edit> myers(List<String> before, List<String> after) {
        int bound = Math.min(before.size() + after.size(), MAX_EDITS);
        int middle = bound + 1;
        int[] furthest = new int[2 * bound + 3];
        List<int[]> trace = new ArrayList<>();
        for (int edits = 0; edits <= bound; edits++) {
            trace.add(Arrays.copyOfRange(furthest, middle - edits - 1, middle + edits + 2));
            for (int diagonal = -edits; diagonal <= edits; diagonal += 2) {
                boolean down = diagonal == -edits
                        || (diagonal != edits && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1]);
                int x = down ? furthest[middle + diagonal + 1] : furthest[middle + diagonal - 1] + 1;
                int y = x - diagonal;
                while (x < before.size() && y < after.size() && before.get(x).equals(after.get(y))) {
                    x++;
                    y++;
                }
                furthest[middle + diagonal] = x;
                if (x >= before.size() && y >= after.size()) {
                    return backwards(before, after, trace);
                }
            }
        }
        List<Edit> whole = new ArrayList<>();
        before.forEach(line -> whole.add(new Edit(Op.DELETE, line)));
        after.forEach(line -> whole.add(new Edit(Op.INSERT, line)));
        return whole;
    }

    private static List<Edit> backwards(List<String> before, List<String> after, List<int[]> trace) {
        List<Edit> edits = new ArrayList<>();
        int x = before.size();
        int y = after.size();
        for (int step = trace.size() - 1; step >= 0; step--) {
            int[] furthest = trace.get(step);
            int middle = step + 1;
            int diagonal = x - y;
            boolean down = diagonal == -step
                    || (diagonal != step && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1]);
            int previousX = step == 0 ? 0 : furthest[middle + (down ? diagonal + 1 : diagonal - 1)];
            int previousY = step == 0 ? 0 : previousX - (down ? diagonal + 1 : diagonal - 1);
            while (x > previousX && y > previousY) {
                x--;
                y--;
                edits.add(new Edit(Op.KEEP, before.get(x)));
            }
            if (step > 0) {
                edits.add(
                        down ? new Edit(Op.INSERT, after.get(previousY)) : new Edit(Op.DELETE, before.get(previousX)));
            }
            x = previousX;
            y = previousY;
        }
        Collections.reverse(edits);
        return edits;
    }
}
