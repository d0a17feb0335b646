package weft.routing.compile;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;
import weft.schema.HTTPRetry;

/** HTTPRetry to {@link RetryPolicy}. Thread-safe: functions only. */
final class Retries {
    private Retries() {}

    /** @param isSingle whether there is one destination: then a hash that it balances by holds for later tries too */
    static RetryPolicy compile(@Nullable HTTPRetry retry, boolean isSingle) {
        if (retry == null) {
            return isSingle ? RetryPolicy.DEFAULT.stayingOnHash() : RetryPolicy.DEFAULT;
        }
        if (retry.getAttempts() <= 0) {
            return RetryPolicy.NONE;
        }
        Set<Condition> conditions = RetryPolicy.DEFAULT.conditions();
        Set<Integer> codes = new HashSet<>();
        if (!retry.getRetryOn().isEmpty()) {
            conditions = parse(retry.getRetryOn(), codes);
        }
        Long perTry = retry.getPerTryTimeout();
        Long backoff = retry.getBackoff();
        Boolean ignorePrevious = retry.getRetryIgnorePreviousHosts();
        return new RetryPolicy(
                retry.getAttempts(),
                perTry == null ? 0 : perTry,
                conditions,
                codes,
                backoff == null ? RetryPolicy.DEFAULT_BACKOFF_MILLIS : backoff,
                ignorePrevious == null || ignorePrevious,
                ignorePrevious == null && isSingle,
                Boolean.TRUE.equals(retry.getRetryRemoteLocalities()),
                Set.of());
    }

    /** Words become conditions, unknown ones are without effect as in Envoy; numbers become retriable status codes. */
    private static Set<Condition> parse(String retryOn, Set<Integer> codes) {
        Set<Condition> conditions = EnumSet.noneOf(Condition.class);
        for (String part : retryOn.split(",", -1)) {
            String word = part.trim();
            Condition condition = Condition.of(word);
            if (condition != null) {
                conditions.add(condition);
            } else if (isStatus(word)) {
                codes.add(Integer.parseInt(word));
            }
        }
        if (!codes.isEmpty()) {
            conditions.add(Condition.RETRIABLE_STATUS_CODES);
        }
        return conditions;
    }

    private static boolean isStatus(String word) {
        return word.length() == 3 && word.chars().allMatch(c -> c >= '0' && c <= '9') && word.charAt(0) != '0';
    }
}
