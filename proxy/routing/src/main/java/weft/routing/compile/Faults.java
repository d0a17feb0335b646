package weft.routing.compile;

import org.jspecify.annotations.Nullable;
import weft.routing.http.GrpcStatus;
import weft.routing.route.Fault;
import weft.schema.HTTPFaultInjection;
import weft.schema.HTTPFaultInjectionAbort;
import weft.schema.HTTPFaultInjectionDelay;
import weft.schema.Percent;

/** HTTPFaultInjection to {@link Fault}. Thread-safe: functions only. */
final class Faults {
    private static final int GRPC_HTTP_STATUS = 200;

    private Faults() {}

    static @Nullable Fault compile(@Nullable HTTPFaultInjection fault) {
        if (fault == null) {
            return null;
        }
        Fault.Delay delay = delay(fault.getDelay());
        Fault.Abort abort = abort(fault.getAbort());
        return delay == null && abort == null ? null : new Fault(delay, abort);
    }

    private static Fault.@Nullable Delay delay(@Nullable HTTPFaultInjectionDelay delay) {
        if (delay == null || delay.getFixedDelay() == null) {
            return null;
        }
        Percent percentage = delay.getPercentage();
        double share = percentage == null ? delay.getPercent() : percentage.getValue();
        return share > 0 ? new Fault.Delay(share, delay.getFixedDelay()) : null;
    }

    private static Fault.@Nullable Abort abort(@Nullable HTTPFaultInjectionAbort abort) {
        if (abort == null) {
            return null;
        }
        Percent percentage = abort.getPercentage();
        if (percentage == null || percentage.getValue() <= 0) {
            return null;
        }
        if (abort.getGrpcStatus() != null) {
            int status = GrpcStatus.NAMES.indexOf(abort.getGrpcStatus());
            if (status < 0) {
                throw new RuleException(
                        "InvalidFault",
                        "fault.abort.grpcStatus: \"" + abort.getGrpcStatus() + "\" (expected: a gRPC status name)");
            }
            return new Fault.Abort(percentage.getValue(), GRPC_HTTP_STATUS, status);
        }
        Integer status = abort.getHttpStatus();
        return status == null ? null : new Fault.Abort(percentage.getValue(), status, null);
    }
}
