package weft.log.testing;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's own authorizer, which also remembers what it was asked and what it answered. Thread-safe; brokers make it by name. */
public final class RecordingAuthorizer extends StandardAuthorizer {
    private static final Set<Question> QUESTIONS = ConcurrentHashMap.newKeySet();
    private static final AtomicLong DENIALS = new AtomicLong();

    /** What somebody wanted to do, and whether he might. */
    public record Question(String principal, AclOperation operation, ResourcePattern resource, boolean isAllowed) {}

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = super.authorize(context, actions);
        for (int i = 0; i < actions.size(); i++) {
            Action action = actions.get(i);
            boolean isAllowed = results.get(i) == AuthorizationResult.ALLOWED;
            if (!isAllowed && action.logIfDenied()) {
                DENIALS.incrementAndGet();
            }
            // What is not to be logged is only a look whether something could be done: to tell a client, or to choose.
            if (isAllowed ? action.logIfAllowed() : action.logIfDenied()) {
                QUESTIONS.add(new Question(
                        context.principal().toString(), action.operation(), action.resourcePattern(), isAllowed));
            }
        }
        return results;
    }

    /** All that was asked in this JVM since {@link #forget}, each once. */
    public static Set<Question> questions() {
        return Set.copyOf(QUESTIONS);
    }

    /** How often somebody was refused in this JVM. */
    public static long denials() {
        return DENIALS.get();
    }

    public static void forget() {
        QUESTIONS.clear();
    }
}
