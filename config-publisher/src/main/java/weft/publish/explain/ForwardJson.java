package weft.publish.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import weft.routing.route.Fault;
import weft.routing.route.Forward;
import weft.routing.route.Mirror;
import weft.routing.route.RetryPolicy;

/** What a route does with a request besides choosing its destination, as JSON. Thread-safe: functions only. */
public final class ForwardJson {
    private ForwardJson() {}

    /** Adds timeout, retries, fault and mirrors; a timeout of 0 is none. */
    public static void write(Forward forward, ObjectNode to) {
        to.put("timeoutMillis", forward.timeoutMillis());
        RetryPolicy policy = forward.retries();
        ObjectNode retries = to.putObject("retries").put("attempts", policy.attempts());
        if (policy.attempts() > 0) {
            retries.put("perTryTimeoutMillis", policy.perTryTimeoutMillis());
            ArrayNode on = retries.putArray("retryOn");
            policy.conditions().stream().sorted().forEach(each -> on.add(each.word()));
            policy.statusCodes().stream().sorted().forEach(code -> on.add(String.valueOf(code)));
        }
        if (forward.fault() != null) {
            fault(forward.fault(), to.putObject("fault"));
        }
        if (!forward.mirrors().isEmpty()) {
            ArrayNode mirrors = to.putArray("mirrors");
            for (Mirror mirror : forward.mirrors()) {
                mirrors.addObject().put("cluster", mirror.cluster()).put("percentage", mirror.percentage());
            }
        }
    }

    private static void fault(Fault fault, ObjectNode to) {
        if (fault.delay() != null) {
            to.putObject("delay")
                    .put("percentage", fault.delay().percentage())
                    .put("delayMillis", fault.delay().delayMillis());
        }
        if (fault.abort() != null) {
            to.putObject("abort")
                    .put("percentage", fault.abort().percentage())
                    .put("httpStatus", fault.abort().httpStatus())
                    .put("grpcStatus", fault.abort().grpcStatus());
        }
    }
}
