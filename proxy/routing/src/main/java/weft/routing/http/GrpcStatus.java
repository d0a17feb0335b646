package weft.routing.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The status codes of gRPC. Immutable. */
public final class GrpcStatus {
    /** Names in the order of their numbers, from OK, 0. */
    public static final List<String> NAMES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private static final int[] HTTP_STATUS = {
        200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401
    };

    /**
     * The HTTP status that means the same, as Envoy has it.
     *
     * @param number as it stands in the field, or null where the field is missing
     */
    public static int httpStatus(@Nullable String number) {
        if (number == null) {
            return 200;
        }
        int status = number(number);
        return status >= 0 && status < HTTP_STATUS.length ? HTTP_STATUS[status] : 500;
    }

    /** The number that stands in the field; -1 for anything but one or two digits, as a peer may send what it likes. */
    public static int number(String field) {
        if (field.isEmpty() || field.length() > 2) {
            return -1;
        }
        int status = 0;
        for (int i = 0; i < field.length(); i++) {
            int digit = field.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            status = 10 * status + digit;
        }
        return status;
    }

    private GrpcStatus() {}
}
