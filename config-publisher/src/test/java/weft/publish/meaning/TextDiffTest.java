package weft.publish.meaning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A diff is right when applying it to the old text makes the new one. */
class TextDiffTest {
    private static final Pattern HUNK = Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@");

    @Test
    void equalTextsDoNotDiffer() {
        assertThat(TextDiff.unified("a", "b", "x\ny\n", "x\ny\n")).isEmpty();
    }

    @Test
    void looksLikeDiffU() {
        assertThat(TextDiff.unified("old", "new", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n"))
                .containsExactly(
                        "--- old", "+++ new", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8");
        assertThat(TextDiff.unified("old", "new", "", "a\n"))
                .containsExactly("--- old", "+++ new", "@@ -0,0 +1 @@", "+a");
    }

    @Test
    void randomTextsComeOutAsTheNewOne() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            String before = text(random, random.nextInt(40));
            String after = random.nextBoolean() ? edited(random, before) : text(random, random.nextInt(40));
            List<String> diff = TextDiff.unified("a", "b", before, after);
            assertThat(patched(before, diff))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(after);
        }
    }

    @Test
    void textsThatHaveLittleInCommonAreStillRight() {
        String before = IntStream.range(0, 3_000).mapToObj(i -> "a" + i).collect(Collectors.joining("\n", "", "\n"));
        String after = IntStream.range(0, 3_000).mapToObj(i -> "b" + i).collect(Collectors.joining("\n", "", "\n"));
        assertThat(patched(before, TextDiff.unified("a", "b", before, after))).isEqualTo(after);
    }

    private static String text(Random random, int lines) {
        return IntStream.range(0, lines)
                .mapToObj(i -> String.valueOf((char) ('a' + random.nextInt(5))) + "\n")
                .collect(Collectors.joining());
    }

    private static String edited(Random random, String text) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(lines.size() + 1);
            if (random.nextBoolean() && at < lines.size()) {
                lines.remove(at);
            } else {
                lines.add(at, "new");
            }
        }
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /** What {@code patch} does; strict about line numbers and context. */
    private static String patched(String before, List<String> diff) {
        List<String> old = before.lines().toList();
        List<String> made = new ArrayList<>();
        int at = 0;
        int left = 0;
        int right = 0;
        for (String line : diff.subList(Math.min(2, diff.size()), diff.size())) {
            Matcher hunk = HUNK.matcher(line);
            if (left == 0 && right == 0) {
                assertThat(hunk.matches()).as(line).isTrue();
                left = hunk.group(2) == null ? 1 : Integer.parseInt(hunk.group(2));
                right = hunk.group(4) == null ? 1 : Integer.parseInt(hunk.group(4));
                int start = Integer.parseInt(hunk.group(1)) - (left == 0 ? 0 : 1);
                while (at < start) {
                    made.add(old.get(at++));
                }
                assertThat(Integer.parseInt(hunk.group(3)) - (right == 0 ? 0 : 1))
                        .isEqualTo(made.size());
                continue;
            }
            String content = line.substring(1);
            if (line.charAt(0) != '+') {
                assertThat(old.get(at++)).isEqualTo(content);
                left--;
            }
            if (line.charAt(0) != '-') {
                made.add(content);
                right--;
            }
        }
        while (at < old.size()) {
            made.add(old.get(at++));
        }
        return made.stream().map(each -> each + "\n").collect(Collectors.joining());
    }
}
