package weft.proxy.control;

import java.util.List;
import weft.log.SkipTally;
import weft.schema.Rejection;
import weft.schema.Verdict;

/**
 * What this proxy serves and what it refused. Immutable.
 *
 * @param revision of the bundle it serves; 0 before the first
 * @param commitOffset offset of that bundle's commit record; -1 before the first
 * @param stateDigest 32 bytes in hex, as the log has it; empty before the first
 * @param tableHash of what is in service
 * @param skipped records of the log that do not count
 * @param tableBuildMicros from the last record of the bundle to serving it
 * @param swappedAtMillis moment it began to serve, milliseconds since 1970
 * @param detail for people: what it waits for or complains of; empty while all is well
 */
public record ControlState(
        Verdict verdict,
        long revision,
        long commitOffset,
        String stateDigest,
        String tableHash,
        List<Rejection> rejections,
        SkipTally skipped,
        long tableBuildMicros,
        long swappedAtMillis,
        String detail) {
    public static final ControlState STARTING =
            new ControlState(Verdict.STARTING, 0, -1, "", "", List.of(), SkipTally.NONE, 0, 0, "waiting for the rules");

    public ControlState {
        rejections = List.copyOf(rejections);
    }

    ControlState with(Verdict next, String nextDetail) {
        return new ControlState(
                next,
                revision,
                commitOffset,
                stateDigest,
                tableHash,
                rejections,
                skipped,
                tableBuildMicros,
                swappedAtMillis,
                nextDetail);
    }

    ControlState with(SkipTally more) {
        return new ControlState(
                verdict,
                revision,
                commitOffset,
                stateDigest,
                tableHash,
                rejections,
                more,
                tableBuildMicros,
                swappedAtMillis,
                detail);
    }
}
