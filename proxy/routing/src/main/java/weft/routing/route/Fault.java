package weft.routing.route;

import org.jspecify.annotations.Nullable;

/** Injected delay and abort, drawn independently of each other. Immutable. Istio VirtualService, HTTPFaultInjection. */
public record Fault(@Nullable Delay delay, @Nullable Abort abort) {

    /** Holds the request for a while; percentage is 0 to 100. */
    public record Delay(double percentage, long delayMillis) {}

    /** Answers instead of the upstream; httpStatus is 200 when grpcStatus is set. */
    public record Abort(
            double percentage, int httpStatus, @Nullable Integer grpcStatus) {}
}
