package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;

/**
 * Feeds a {@link LineParser} from buffers cut anywhere. Confined to the event loop.
 *
 * <p>Bytes are copied once into an array that all connections of an event loop share; a connection keeps only the line
 * that its last buffer left unfinished, and searches each byte for a line's end once.
 */
final class HeadReader {
    /** Bytes copied at a time: most heads whole, and little of a body that follows. */
    private static final int STEP = 8 * 1024;

    private static final byte[] EMPTY = new byte[0];

    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[2 * STEP];
        }
    };

    private final int maxBytes;
    private byte[] partial = EMPTY;
    private int partialLength;
    private int total;
    private boolean started;
    private @Nullable MalformedRequest error;

    HeadReader(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    void reset() {
        partial = EMPTY;
        partialLength = 0;
        total = 0;
        started = false;
        error = null;
    }

    /** Whether some bytes of a head have come. */
    boolean isStarted() {
        return started;
    }

    @Nullable
    MalformedRequest error() {
        return error;
    }

    /** Consumes bytes of the head; true once it is complete or refused. */
    boolean read(ByteBuf in, LineParser parser) {
        started |= in.isReadable();
        while (in.isReadable()) {
            if (partialLength > 0 && in.bytesBefore(Octets.LF) < 0) {
                keep(in);
                if (total + partialLength > maxBytes) {
                    error = parser.tooLarge();
                    return true;
                }
                return false;
            }
            if (step(in, parser)) {
                return true;
            }
        }
        return false;
    }

    private boolean step(ByteBuf in, LineParser parser) {
        int before = partialLength;
        int more = Math.min(in.readableBytes(), STEP);
        byte[] a = scratch(before + more);
        System.arraycopy(partial, 0, a, 0, before);
        int base = in.readerIndex();
        in.getBytes(base, a, before, more);
        int end = before + more;
        int next = parser.parse(a, 0, end);
        total += next;
        error = parser.error();
        if (error == null && total > maxBytes) {
            error = parser.tooLarge();
        }
        if (error != null || parser.isComplete()) {
            in.readerIndex(base + Math.max(0, next - before));
            partialLength = 0;
            return true;
        }
        in.readerIndex(base + more);
        partialLength = end - next;
        if (partialLength > 0) {
            partial = Arrays.copyOfRange(a, next, end);
        }
        if (total + partialLength > maxBytes) {
            error = parser.tooLarge();
            return true;
        }
        return false;
    }

    private void keep(ByteBuf in) {
        int more = Math.min(in.readableBytes(), maxBytes + 1 - partialLength);
        if (partialLength + more > partial.length) {
            partial = Arrays.copyOf(partial, Math.max(partial.length * 2, partialLength + more));
        }
        in.readBytes(partial, partialLength, more);
        partialLength += more;
    }

    private static byte[] scratch(int length) {
        byte[] shared = SCRATCH.get();
        return length <= shared.length ? shared : new byte[length];
    }
}
