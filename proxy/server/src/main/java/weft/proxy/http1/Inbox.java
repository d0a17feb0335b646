package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Received bytes that were not consumed yet; normally the last read and nothing else. Confined to the event loop. */
final class Inbox {
    private @Nullable ByteBuf bytes;

    /** Takes over the buffer. */
    void add(ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf held = bytes;
        if (held == null || !held.isReadable()) {
            clear();
            bytes = in;
            return;
        }
        ByteBuf joined = allocator.buffer(held.readableBytes() + in.readableBytes());
        joined.writeBytes(held).writeBytes(in);
        held.release();
        in.release();
        bytes = joined;
    }

    int size() {
        return bytes == null ? 0 : bytes.readableBytes();
    }

    /** The bytes, to be consumed in place; null when there are none. */
    @Nullable
    ByteBuf peek() {
        return size() == 0 ? null : bytes;
    }

    /** Hands out the whole buffer. */
    @Nullable
    ByteBuf takeAll() {
        ByteBuf all = bytes;
        bytes = null;
        return all;
    }

    /** Releases a buffer that was consumed to its end. */
    void trim() {
        if (bytes != null && !bytes.isReadable()) {
            clear();
        }
    }

    void clear() {
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }
}
