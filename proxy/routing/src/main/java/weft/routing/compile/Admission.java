package weft.routing.compile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.persistent.ShardedMap;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * The rules that go into service: those that compile, and the last good version of those that no longer do. Immutable.
 *
 * <p>As long as nothing is rejected these are the very rules of the log, so that the next comparison with it passes over
 * what did not change.
 *
 * @param changes against the rules in service before
 * @param added what they add to the digest of those
 */
record Admission(
        ShardedMap<RuleKey, Rule> inService, List<Change> changes, List<RuleRejection> rejections, TableDigest added) {

    /** One rule that is another now; null before it was there, and after it went. */
    record Change(
            RuleKey key, @Nullable Rule before, @Nullable Rule after) {}

    static Admission of(RuleSnapshot rules, ProxySnapshot previous) {
        ShardedMap.Editor<RuleKey, Rule> inService = rules.rules().edit();
        List<Change> changes = new ArrayList<>();
        List<RuleRejection> rejections = new ArrayList<>();
        TableDigest.Sum added = new TableDigest.Sum();
        ShardedMap.differences(previous.rules(), rules.rules(), (key, known, wanted) -> {
            RuleRejection rejection = wanted == null ? null : RuleCheck.check(wanted);
            if (rejection == null) {
                changes.add(new Change(key, known, wanted));
                added.change(known, wanted); // here, as the rule was just looked at: of many, memory is the cost
                return;
            }
            rejections.add(rejection);
            if (known == null) {
                inService.remove(key);
            } else {
                inService.put(key, known);
            }
        });
        rejections.sort(Comparator.comparing(RuleRejection::key));
        return new Admission(inService.done(), changes, rejections, added.digest());
    }
}
