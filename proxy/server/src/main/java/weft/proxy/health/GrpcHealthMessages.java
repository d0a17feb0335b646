package weft.proxy.health;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The two messages of {@code grpc.health.v1}, by hand: one text field out, one enum field in. Thread-safe: functions only.
 */
final class GrpcHealthMessages {
    /** A response is a handful of bytes; what goes beyond is not looked at. */
    static final int MAX_RESPONSE = 256;

    private static final int FRAME_HEADER = 5;
    private static final int SERVICE_TAG = 0x0A;
    private static final int STATUS_TAG = 0x08;
    private static final int SERVING = 1;
    private static final String[] STATUSES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};

    private GrpcHealthMessages() {}

    /** A HealthCheckRequest in gRPC's length-prefixed framing. */
    static byte[] request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (name.length > 0) {
            body.write(SERVICE_TAG);
            varint(name.length, body);
            body.writeBytes(name);
        }
        ByteArrayOutputStream framed = new ByteArrayOutputStream();
        framed.writeBytes(new byte[] {0, 0, 0, (byte) (body.size() >> 8), (byte) body.size()});
        framed.writeBytes(body.toByteArray());
        return framed.toByteArray();
    }

    private static void varint(int value, ByteArrayOutputStream out) {
        int rest = value;
        while (rest >= 0x80) {
            out.write(rest | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    /** Passed when the call ended with status 0 and the answer is SERVING. */
    static ProbeResult judge(@Nullable CharSequence grpcStatus, byte[] message, int length) {
        if (grpcStatus == null || !grpcStatus.toString().equals("0")) {
            return ProbeResult.refused("grpc-status " + grpcStatus);
        }
        int status = status(message, length);
        if (status == SERVING) {
            return ProbeResult.PASSED;
        }
        return ProbeResult.refused(status >= 0 && status < STATUSES.length ? STATUSES[status] : "status " + status);
    }

    /** Field 1 of a HealthCheckResponse; 0 when it is absent, as proto3 has it; -1 when this is no such message. */
    private static int status(byte[] message, int length) {
        if (length < FRAME_HEADER || message[0] != 0) {
            return -1;
        }
        if (length == FRAME_HEADER) {
            return 0;
        }
        return length >= FRAME_HEADER + 2 && message[FRAME_HEADER] == STATUS_TAG ? message[FRAME_HEADER + 1] : -1;
    }
}
