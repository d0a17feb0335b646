package weft.routing.validate;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weft.routing.route.RetryPolicy.Condition;
import weft.schema.HTTPRetry;

/** Retries. Thread-safe: functions only. */
final class RetryChecks {
    private static final Set<String> WORDS =
            Arrays.stream(Condition.values()).map(Condition::word).collect(Collectors.toUnmodifiableSet());
    /** Status codes that have a name, in ranges from and to; others are no codes to Istio. */
    private static final int[][] NAMED = {
        {100, 103},
        {200, 208},
        {226, 226},
        {300, 305},
        {307, 308},
        {400, 418},
        {421, 426},
        {428, 429},
        {431, 431},
        {451, 451},
        {500, 508},
        {510, 511}
    };

    private RetryChecks() {}

    static void check(@Nullable HTTPRetry retries, Problems problems) {
        if (retries == null) {
            return;
        }
        problems.at("attempts").require(retries.getAttempts() >= 0, retries.getAttempts() + " (expected: 0 or more)");
        boolean configured = retries.getPerTryTimeout() != null
                || !retries.getRetryOn().isEmpty()
                || retries.getRetryRemoteLocalities() != null;
        problems.require(
                retries.getAttempts() != 0 || !configured, "configured with attempts: 0 (expected: 1 or more)");
        if (!retries.getRetryOn().isEmpty()) {
            for (String word : retries.getRetryOn().split(",", -1)) {
                problems.at("retryOn")
                        .require(
                                WORDS.contains(word) || isNamedStatus(word),
                                "\"" + word + "\" (expected: a status code or a condition such as 5xx)");
            }
        }
    }

    private static boolean isNamedStatus(String word) {
        if (word.length() != 3 || !word.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        int status = Integer.parseInt(word);
        return Arrays.stream(NAMED).anyMatch(range -> status >= range[0] && status <= range[1]);
    }
}
