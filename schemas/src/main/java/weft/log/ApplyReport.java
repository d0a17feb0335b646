package weft.log;

import java.util.List;
import weft.schema.ProxyStatus;
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
        /** It cannot follow the log and says why. */
        DEGRADED,
        /** It has not said anything of this revision. */
        SILENT;

        static Outcome of(ProxyStatus status, long revision) {
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

    /** One proxy's answer, {@code nanos} after the waiting began. */
    public record Answer(ProxyStatus status, Outcome outcome, long nanos) {}

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
