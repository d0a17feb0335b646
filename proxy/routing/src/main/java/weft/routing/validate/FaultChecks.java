package weft.routing.validate;

import org.jspecify.annotations.Nullable;
import weft.routing.http.GrpcStatus;
import weft.schema.HTTPFaultInjection;
import weft.schema.HTTPFaultInjectionAbort;
import weft.schema.HTTPFaultInjectionDelay;
import weft.schema.Percent;

/** Injected faults. Thread-safe: functions only. */
final class FaultChecks {
    private static final double LEAST_SHARE = 0.0001;

    private FaultChecks() {}

    static void check(@Nullable HTTPFaultInjection fault, Problems problems) {
        if (fault == null) {
            return;
        }
        problems.require(
                fault.getAbort() != null || fault.getDelay() != null, "no fault (expected: abort, delay or both)");
        if (fault.getAbort() != null) {
            abort(fault.getAbort(), problems.at("abort"));
        }
        if (fault.getDelay() != null) {
            delay(fault.getDelay(), problems.at("delay"));
        }
    }

    private static void abort(HTTPFaultInjectionAbort abort, Problems problems) {
        share(abort.getPercentage(), abort.getPercentage() == null, problems);
        if (abort.getHttp2Error() != null) {
            problems.at("http2Error").error("is not supported (expected: httpStatus or grpcStatus)");
        } else if (abort.getGrpcStatus() != null) {
            problems.at("grpcStatus")
                    .require(
                            GrpcStatus.NAMES.contains(abort.getGrpcStatus()),
                            "\"" + abort.getGrpcStatus() + "\" (expected: a gRPC status such as UNAVAILABLE)");
        } else if (abort.getHttpStatus() != null) {
            AnswerChecks.status(abort.getHttpStatus(), problems.at("httpStatus"));
        } else {
            problems.warning("aborts with no status (expected: httpStatus or grpcStatus)");
        }
    }

    private static void delay(HTTPFaultInjectionDelay delay, Problems problems) {
        share(delay.getPercentage(), delay.getPercentage() == null && delay.getPercent() == 0, problems);
        problems.at("exponentialDelay")
                .require(delay.getExponentialDelay() == null, "is not supported (expected: fixedDelay)");
    }

    private static void share(@Nullable Percent percentage, boolean unset, Problems problems) {
        if (percentage != null) {
            double value = percentage.getValue();
            problems.at("percentage.value")
                    .require(
                            value == 0 || (value >= LEAST_SHARE && value <= 100),
                            value + " (expected: 0, or " + LEAST_SHARE + " to 100)");
        } else if (unset) {
            problems.warning("reaches no request (expected: percentage)");
        }
    }
}
