package weft.publish.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import weft.publish.log.JournalReader;
import weft.publish.log.MeshAddress;
import weft.publish.yaml.DurationText;

/** The option that goes back in time, and moments as people type them. Confined to the command's thread. */
final class AtOption {
    private static final String EXPECTED = "bundle/N, a time as 2026-11-21T14:05Z, or 2h for two hours ago";
    private static final long DAY_MILLIS = 86_400_000L;
    private static final DateTimeFormatter EITHER = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .optionalStart()
            .appendOffsetId()
            .toFormatter(Locale.ROOT);

    @Option(
            names = "--at",
            paramLabel = "TIME|bundle/N",
            description = "Take the rules as they were then: " + EXPECTED + ".")
    private @Nullable String at;

    boolean isSet() {
        return at != null;
    }

    /** The bundle that was the last one then; null when the rules in force are meant. */
    @Nullable
    Long revision(MeshAddress mesh) {
        return at == null ? null : revision("--at", at, mesh);
    }

    /**
     * The bundle that a word names, or that was the last one at the moment it names; 0 before the first.
     *
     * @throws CommandFailure when the word is neither, or lies before all that the journal holds
     */
    static long revision(String what, String word, MeshAddress mesh) {
        Long number = BundleWords.number(word);
        if (number != null && number == 0) {
            throw new CommandFailure(ExitCode.FAILED, what + ": there is no bundle/0, they begin with bundle/1");
        }
        return number == null ? at(moment(what, word, System.currentTimeMillis()), word, mesh) : number;
    }

    private static long at(long millis, String word, MeshAddress mesh) {
        long[] found = {0};
        long[] earliest = {1};
        try (JournalReader journal = new JournalReader(mesh)) {
            journal.newestFirst(entry -> {
                earliest[0] = entry.getRevision();
                found[0] = entry.getTimestamp() <= millis ? entry.getRevision() : 0;
                return found[0] == 0;
            });
        }
        if (found[0] == 0 && earliest[0] > 1) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the journal no longer reaches back to " + Table.safe(word) + ", it begins with bundle/"
                            + earliest[0]);
        }
        return found[0];
    }

    /**
     * Milliseconds since 1970 of a moment: RFC 3339, a local time or date, or a time span before now.
     *
     * @throws CommandFailure when the word is none of these
     */
    static long moment(String what, String word, long nowMillis) {
        String span = word.startsWith("-") ? word.substring(1) : word;
        if (span.matches("[0-9]{1,5}d")) {
            return nowMillis - Long.parseLong(span.substring(0, span.length() - 1)) * DAY_MILLIS;
        }
        try {
            return nowMillis - DurationText.parseMillis(span);
        } catch (IllegalArgumentException notASpan) {
            Instant instant = instant(word);
            if (instant == null) {
                throw new CommandFailure(
                        ExitCode.USAGE, what + ": \"" + Table.safe(word) + "\" (expected: " + EXPECTED + ")", notASpan);
            }
            return instant.toEpochMilli();
        }
    }

    private static @Nullable Instant instant(String word) {
        try {
            if (word.length() == "2026-11-21".length()) {
                return LocalDate.parse(word)
                        .atStartOfDay(ZoneId.systemDefault())
                        .toInstant();
            }
            TemporalAccessor read = EITHER.parseBest(word.replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
            return read instanceof OffsetDateTime exact
                    ? exact.toInstant()
                    : LocalDateTime.from(read).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** {@code bundle/41}; words for the state before the first. */
    static String words(long revision) {
        return revision == 0 ? "nothing (before bundle/1)" : "bundle/" + revision;
    }
}
