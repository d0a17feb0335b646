package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;
import weft.routing.http.Headers;

/** Where a message's body ends, by whichever framing its head chose. Confined to the event loop. */
final class BodyReader {
    private enum Framing {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    private final Http1Limits limits;
    private Framing framing = Framing.NONE;
    private long remaining;
    private @Nullable ChunkReader chunks;

    BodyReader(Http1Limits limits) {
        this.limits = limits;
    }

    void startEmpty() {
        framing = Framing.NONE;
    }

    void startLength(long length) {
        framing = Framing.LENGTH;
        remaining = length;
    }

    void startChunked() {
        framing = Framing.CHUNKED;
        if (chunks == null) {
            chunks = new ChunkReader(limits);
        }
        chunks.reset();
    }

    void startUntilClose() {
        framing = Framing.UNTIL_CLOSE;
    }

    boolean isUntilClose() {
        return framing == Framing.UNTIL_CLOSE;
    }

    boolean isEnded() {
        return switch (framing) {
            case NONE -> true;
            case LENGTH -> remaining == 0;
            case CHUNKED -> chunks == null || chunks.isEnded();
            case UNTIL_CLOSE -> false;
        };
    }

    @Nullable
    MalformedRequest error() {
        return framing == Framing.CHUNKED && chunks != null ? chunks.error() : null;
    }

    /** Trailer fields of an ended body; null when there were none. */
    @Nullable
    Headers trailers() {
        if (framing != Framing.CHUNKED || chunks == null || chunks.trailers().size() == 0) {
            return null;
        }
        return chunks.trailers();
    }

    /** Consumes bytes of this body and leaves what follows; adds body bytes to {@code out}, which the caller releases. */
    void read(Inbox inbox, List<ByteBuf> out, ByteBufAllocator allocator) {
        ByteBuf in = inbox.peek();
        if (in == null) {
            return;
        }
        switch (framing) {
            case NONE -> {}
            case LENGTH -> readLength(inbox, in, out);
            case CHUNKED -> {
                if (chunks != null) {
                    chunks.read(in, out, allocator);
                }
                inbox.trim();
            }
            case UNTIL_CLOSE -> takeAll(inbox, out);
        }
    }

    private void readLength(Inbox inbox, ByteBuf in, List<ByteBuf> out) {
        int readable = in.readableBytes();
        if (readable <= remaining) {
            remaining -= readable;
            takeAll(inbox, out);
        } else if (remaining > 0) {
            out.add(in.readRetainedSlice((int) remaining));
            remaining = 0;
        }
    }

    private static void takeAll(Inbox inbox, List<ByteBuf> out) {
        ByteBuf all = inbox.takeAll();
        if (all != null) {
            out.add(all);
        }
    }
}
