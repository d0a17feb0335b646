package weft.log;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;
import weft.schema.Verdict;

/**
 * What the live proxies made of a revision. Immutable.
 *
 * @param answers one per live proxy, by id
 * @param nanos how long the waiting took
 */
public record ApplyReport(long revision, List<Answer> answers, long nanos) {

    /** What one proxy made of it. */
    public enum Outcome {
        /** It serves the revision, all of it. */
        APPLIED,
        /** It serves the revision but for the rules it names as rejected. */
        REJECTED,
        /** The bundle does not count there, as one that is not signed, and it says why. */
        SKIPPED,
        /** It cannot follow the log and says why. */
        DEGRADED,
        /** It has not said anything of this revision. */
        SILENT;

        static Outcome of(ProxyStatus status, long revision, long commitOffset) {
            if (status.getAppliedRevision() < revision && skipOf(status, commitOffset) != null) {
                return SKIPPED;
            }
            if (status.getVerdict() == Verdict.DEGRADED) {
                return DEGRADED;
            }
            if (status.getAppliedRevision() < revision) {
                return SILENT;
            }
            return switch (status.getVerdict()) {
                case ACK -> APPLIED;
                case NACK -> REJECTED;
                default -> SILENT;
            };
        }
    }

    /**
     * One proxy's answer.
     *
     * @param skip why the bundle, or one behind what the proxy serves, does not count there; null for nothing of the kind
     * @param nanos after the waiting began
     */
    public record Answer(
            ProxyStatus status, Outcome outcome, @Nullable Rejection skip, long nanos) {
        static Answer of(ProxyStatus status, long revision, long commitOffset, long nanos) {
            Rejection skip = skipOf(status, commitOffset);
            return new Answer(
                    status,
                    Outcome.of(status, revision, commitOffset),
                    skip != null || status.getAppliedRevision() >= revision ? skip : latestSkip(status),
                    nanos);
        }
    }

    /** What became of the commit record at this offset there; null when it was not skipped, or is not remembered any more. */
    private static @Nullable Rejection skipOf(ProxyStatus status, long commitOffset) {
        return status.getSkipped().stream()
                .filter(each -> commitOffset >= 0 && each.getOffset() == commitOffset)
                .findFirst()
                .orElse(null);
    }

    /** The last bundle that did not count there, if it came after the one that is served. */
    private static @Nullable Rejection latestSkip(ProxyStatus status) {
        return status.getSkipped().stream()
                .filter(each ->
                        each.getKey().equals(BundleHeaders.COMMIT_KEY) && each.getOffset() > status.getAppliedOffset())
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    public ApplyReport {
        answers = List.copyOf(answers);
    }

    /** Whether every live proxy has answered. */
    public boolean isComplete() {
        return answers.stream().noneMatch(a -> a.outcome() == Outcome.SILENT);
    }

    /** Whether every live proxy serves all of the revision. */
    public boolean isApplied() {
        return answers.stream().allMatch(a -> a.outcome() == Outcome.APPLIED);
    }

    /** The answers of one kind. */
    public List<Answer> with(Outcome outcome) {
        return answers.stream().filter(a -> a.outcome() == outcome).toList();
    }
}
