package weft.routing.analyze;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;

/** Matches of one VirtualService that earlier ones leave nothing for. Thread-safe: functions only. */
final class UnusedMatches {
    /** Matches compared with each other in one place; half a million pairs take milliseconds, more would be felt. */
    static final int MAX_MATCHES = 1_000;

    private UnusedMatches() {}

    /** @param covers whether the first takes all that the second takes */
    static <M> void tell(Rule rule, List<MatchBlock<M>> blocks, BiPredicate<M, M> covers, Findings findings) {
        if (blocks.size() > MAX_MATCHES) {
            skipped(rule, blocks.size(), findings);
            return;
        }
        List<MatchBlock<M>> earlier = new ArrayList<>();
        Map<String, Integer> unused = new LinkedHashMap<>();
        for (MatchBlock<M> block : blocks) {
            MatchBlock<M> before = covering(earlier, block, covers);
            earlier.add(block);
            if (before == null) {
                continue;
            }
            int gone = unused.merge(block.routePath(), 1, Integer::sum);
            if (block.index() >= 0) {
                String why =
                        before.match().equals(block.match()) ? " is the same" : " takes all its " + block.traffic();
                findings.add(FindingCode.IST0131, rule, block.path(), "this match is not used: " + before.path() + why);
            }
            if (gone == block.of()) {
                findings.add(
                        FindingCode.IST0130,
                        rule,
                        block.routePath(),
                        block.routePath() + " is never reached: routes before it take all its " + block.traffic());
            }
        }
    }

    /** A delegate may be missing or narrower than the route that names it, so such a route shadows nothing. */
    static <M> @Nullable MatchBlock<M> covering(
            List<MatchBlock<M>> earlier, MatchBlock<M> block, BiPredicate<M, M> covers) {
        for (MatchBlock<M> before : earlier) {
            if (!before.isDelegating() && covers.test(before.match(), block.match())) {
                return before;
            }
        }
        return null;
    }

    static void skipped(Rule rule, int matches, Findings findings) {
        findings.add(
                FindingCode.WFT0202,
                rule,
                "",
                "shadowed routes were not looked for: " + matches + " matches meet here (limit: " + MAX_MATCHES + ")");
    }
}
