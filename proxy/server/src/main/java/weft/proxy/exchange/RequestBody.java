package weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.ClientStream;
import weft.routing.http.Headers;

/**
 * What of a request's body has arrived and may still be needed: before an upstream takes it, and for retries. Confined to
 * the event loop.
 */
final class RequestBody {
    /** A larger body is not sent twice; as Envoy, a retry is then given up. */
    static final int MAX_BYTES = 64 * 1024;

    /** Each chunk holds on to a whole read buffer: many tiny ones must not. */
    static final int MAX_CHUNKS = 32;

    private final ArrayDeque<ByteBuf> chunks = new ArrayDeque<>(4);
    private @Nullable Headers trailers;
    private int bytes;
    private boolean isComplete;
    private boolean isForgotten;

    void append(ByteBuf data, boolean end) {
        if (data.isReadable()) {
            bytes += data.readableBytes();
            chunks.addLast(data);
        } else {
            data.release();
        }
        isComplete |= end;
    }

    /** Ends the body; the fields are copied. */
    void end(@Nullable Headers fields) {
        if (fields != null) {
            Headers copy = new Headers(fields.byteCount() + 64, Math.max(1, fields.size()));
            copy.addAll(fields);
            trailers = copy;
        }
        isComplete = true;
    }

    /** Gives another body the same bytes, shared, and the same end. */
    void copyTo(RequestBody other) {
        for (ByteBuf chunk : chunks) {
            other.append(chunk.retainedDuplicate(), false);
        }
        if (isComplete) {
            other.end(trailers);
        }
    }

    boolean isComplete() {
        return isComplete;
    }

    /** Whether there is neither body nor trailers: the head ends the request. */
    boolean isEmpty() {
        return isComplete && bytes == 0 && trailers == null;
    }

    /** Whether no more is taken for now. */
    boolean isFull() {
        return bytes >= MAX_BYTES || chunks.size() >= MAX_CHUNKS;
    }

    /** Whether all that has arrived is still here, so that it can be sent again. */
    boolean isReplayable() {
        return !isForgotten;
    }

    /** Lets go of what was sent: from now on nothing is kept. */
    void forget() {
        isForgotten = true;
        release();
    }

    /** Sends all that is here, after the head; keeps it when it may be sent again. */
    void sendTo(ClientStream stream, boolean keep) {
        int remaining = chunks.size();
        for (ByteBuf chunk : chunks) {
            remaining--;
            boolean last = remaining == 0 && isComplete && trailers == null;
            stream.sendData(chunk.retainedDuplicate(), last);
        }
        Headers fields = trailers;
        if (fields != null) {
            stream.sendTrailers(fields);
        }
        if (!keep) {
            forget();
        }
    }

    void release() {
        for (ByteBuf chunk = chunks.pollFirst(); chunk != null; chunk = chunks.pollFirst()) {
            chunk.release();
        }
        bytes = 0;
    }
}
