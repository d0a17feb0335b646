package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;
import weft.routing.http.Headers;

/**
 * Takes chunked coding off a body, extensions with it. Confined to the event loop.
 *
 * <p>Small chunks that came together leave together, so that a sender of one-byte chunks cannot make the proxy handle a
 * buffer for each.
 */
final class ChunkReader {
    /** Chunks below this are copied together, larger ones passed on as slices. */
    private static final int SMALL_CHUNK = 1024;

    /** Fifteen hexadecimal digits fit a long. */
    private static final long MAX_SIZE_BEFORE_DIGIT = Long.MAX_VALUE >> 4;

    private enum State {
        SIZE_START,
        SIZE,
        EXTENSION,
        QUOTED,
        ESCAPED,
        LINE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        ENDED
    }

    private final int maxLineBytes;
    private final HeadReader trailerReader;
    private final TrailerParser trailerParser;
    private State state = State.ENDED;
    private int lineBytes;
    private boolean nameDue;
    private long remaining;
    private @Nullable MalformedRequest error;

    ChunkReader(Http1Limits limits) {
        maxLineBytes = limits.maxChunkLineBytes();
        trailerReader = new HeadReader(limits.maxHeadBytes());
        trailerParser = new TrailerParser(limits.maxFields());
    }

    void reset() {
        state = State.SIZE_START;
        lineBytes = 0;
        remaining = 0;
        error = null;
        trailerReader.reset();
        trailerParser.reset();
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    @Nullable
    MalformedRequest error() {
        return error;
    }

    Headers trailers() {
        return trailerParser.trailers();
    }

    /** Consumes what is there; adds body bytes to {@code out}, which the caller releases. */
    void read(ByteBuf in, List<ByteBuf> out, ByteBufAllocator allocator) {
        ByteBuf joined = null;
        while (error == null && state != State.ENDED && in.isReadable()) {
            if (state == State.DATA) {
                joined = readData(in, out, joined, allocator);
            } else if (state == State.TRAILERS) {
                readTrailers(in);
            } else {
                next(in.readByte());
            }
        }
    }

    private @Nullable ByteBuf readData(
            ByteBuf in, List<ByteBuf> out, @Nullable ByteBuf joined, ByteBufAllocator allocator) {
        int length = (int) Math.min(remaining, in.readableBytes());
        remaining -= length;
        if (remaining == 0) {
            state = State.DATA_CR;
        }
        if (length >= SMALL_CHUNK) {
            out.add(in.readRetainedSlice(length));
            return null;
        }
        ByteBuf into = joined;
        if (into == null) {
            // What follows in this buffer bounds what can still be joined.
            into = allocator.buffer(in.readableBytes());
            out.add(into);
        }
        into.writeBytes(in, length);
        return into;
    }

    private void readTrailers(ByteBuf in) {
        if (trailerReader.read(in, trailerParser)) {
            error = trailerReader.error();
            state = State.ENDED;
        }
    }

    private void next(byte b) {
        switch (state) {
            case SIZE_START, SIZE -> size(b);
            case EXTENSION -> extension(b);
            case QUOTED -> quoted(b);
            case ESCAPED -> {
                count(b);
                state = State.QUOTED;
            }
            case LINE_LF -> lineFeed(b);
            case DATA_CR -> expect(b, Octets.CR, State.DATA_LF);
            case DATA_LF -> expect(b, Octets.LF, State.SIZE_START);
            default -> throw new IllegalStateException("no line in " + state);
        }
    }

    private void size(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            if (remaining > MAX_SIZE_BEFORE_DIGIT) {
                error = Rejections.INVALID_CHUNK;
                return;
            }
            remaining = remaining << 4 | digit;
            count(b);
            state = State.SIZE;
        } else if (state == State.SIZE && b == Octets.CR) {
            state = State.LINE_LF;
        } else if (state == State.SIZE && b == ';') {
            count(b);
            nameDue = true;
            state = State.EXTENSION;
        } else {
            error = Rejections.INVALID_CHUNK;
        }
    }

    private void extension(byte b) {
        if (nameDue && (b == Octets.CR || b == ';')) {
            error = Rejections.INVALID_CHUNK;
        } else if (b == Octets.CR) {
            state = State.LINE_LF;
        } else {
            count(b);
            nameDue = b == ';';
            if (b == '"') {
                state = State.QUOTED;
            }
        }
    }

    /** A line end inside quotes is where parsers part ways (CVE-2026-33870): {@link #count} refuses it. */
    private void quoted(byte b) {
        count(b);
        if (b == '"') {
            state = State.EXTENSION;
        } else if (b == '\\') {
            state = State.ESCAPED;
        }
    }

    private void count(byte b) {
        if (++lineBytes > maxLineBytes || (b >= 0 && b < ' ' && b != '\t') || b == 0x7F) {
            error = Rejections.INVALID_CHUNK;
        }
    }

    private void lineFeed(byte b) {
        if (b != Octets.LF) {
            error = Rejections.INVALID_CHUNK;
            return;
        }
        lineBytes = 0;
        state = remaining == 0 ? State.TRAILERS : State.DATA;
    }

    private void expect(byte b, byte wanted, State then) {
        if (b == wanted) {
            state = then;
        } else {
            error = Rejections.INVALID_CHUNK;
        }
    }
}
