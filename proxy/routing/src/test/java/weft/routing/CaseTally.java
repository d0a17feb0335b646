package weft.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the cases of one file came to: passed, failed, deviating on purpose, left out. Confined to one test class. */
public final class CaseTally {
    private final String file;
    private final Set<String> deviations;
    private final Set<String> deviated = new TreeSet<>();
    private final List<String> failed = new ArrayList<>();
    private final Map<String, Integer> leftOut = new TreeMap<>();
    private int passed;

    /** @param deviations names of cases that are decided otherwise, with reasons in docs/conformance.md */
    public CaseTally(String file, String... deviations) {
        this.file = file;
        this.deviations = Set.of(deviations);
    }

    /** Takes one case: what is wrong with the answer, or the empty text. */
    public void add(String name, String wrong) {
        if (wrong.isEmpty()) {
            passed++;
        } else if (deviations.contains(name)) {
            deviated.add(name);
        } else {
            failed.add(name + ": " + wrong);
        }
    }

    /** Takes one case whose answer must equal this. */
    public void addEqual(Object name, @Nullable Object got, @Nullable Object want) {
        add(name.toString(), Objects.equals(got, want) ? "" : got + " (expected: " + want + ")");
    }

    /** Takes one case that cannot be asked here. */
    public void leaveOut(String why) {
        leftOut.merge(why, 1, Integer::sum);
    }

    /** Prints the figures; nothing may fail, and those that deviate must be the ones named, each of them. */
    public void report() {
        if (passed + failed.size() + deviated.size() == 0) {
            // The cases are not here: their tests are told as skipped.
            return;
        }
        System.out.println(file + ": " + passed + " passed, " + failed.size() + " failed, " + deviated.size()
                + " deviating, left out " + leftOut);
        assertThat(failed).as(file).isEmpty();
        assertThat(deviated).as("cases of " + file + " that deviate").isEqualTo(new TreeSet<>(deviations));
    }
}
