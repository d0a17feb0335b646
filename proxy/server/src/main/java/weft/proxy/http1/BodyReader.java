package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
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
    private final List<ByteBuf> pieces = new ArrayList<>(4);
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

    /** How many pieces the last read gave. */
    int pieces() {
        return pieces.size();
    }

    /** Hands out one piece. */
    ByteBuf takePiece(int index) {
        return pieces.set(index, Unpooled.EMPTY_BUFFER);
    }

    /** Forgets all pieces, and releases those that nobody took. */
    void releasePieces() {
        pieces.forEach(ByteBuf::release);
        pieces.clear();
    }

    /** Consumes bytes of this body as pieces and leaves what follows. */
    void read(Inbox inbox, ByteBufAllocator allocator) {
        ByteBuf in = inbox.peek();
        if (in == null) {
            return;
        }
        switch (framing) {
            case NONE -> {}
            case LENGTH -> readLength(inbox, in);
            case CHUNKED -> {
                if (chunks != null) {
                    chunks.read(in, pieces, allocator);
                }
                inbox.trim();
            }
            case UNTIL_CLOSE -> takeAll(inbox);
        }
    }

    private void readLength(Inbox inbox, ByteBuf in) {
        int readable = in.readableBytes();
        if (readable <= remaining) {
            remaining -= readable;
            takeAll(inbox);
        } else if (remaining > 0) {
            pieces.add(in.readRetainedSlice((int) remaining));
            remaining = 0;
        }
    }

    private void takeAll(Inbox inbox) {
        ByteBuf all = inbox.takeAll();
        if (all != null) {
            pieces.add(all);
        }
    }
}
