package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;
import weft.routing.http.Headers;

/**
 * Writes the messages of one connection, one after the other. Confined to the event loop.
 *
 * <p>Head and small pieces of body are gathered in one buffer, large pieces go out as they are. A message that ends is
 * flushed at once, one that pauses at the end of the event loop's turn; while the connection itself is being read, the
 * flush waits for the end of the read, so that answers to pipelined requests share a system call.
 */
final class MessageWriter implements Runnable {
    /** Pieces up to this are copied: cheaper than one more entry in the outbound queue. */
    private static final int COPY_BYTES = 2 * 1024;

    /** Gathered bytes beyond this are handed to the channel. */
    private static final int GATHER_BYTES = 16 * 1024;

    /** Longest chunk-size line, and the longest content-length field, with line ends. */
    private static final int FRAMING_ROOM = 48;

    private static final int HEAD_ROOM = 512;

    private final ChannelHandlerContext ctx;
    private @Nullable ByteBuf out;
    private Framing framing = Framing.NONE;
    private long remaining;
    private boolean closeDelimited;
    private boolean open;
    private boolean unflushed;
    private boolean flushScheduled;
    private boolean reading;
    private @Nullable ChannelFutureListener whenWritten;

    MessageWriter(ChannelHandlerContext ctx) {
        this.ctx = ctx;
    }

    /** Room to encode a head into; it is written with what follows. */
    ByteBuf headBuffer(int bodyBytes) {
        return room(HEAD_ROOM + Math.min(bodyBytes, COPY_BYTES));
    }

    /**
     * Begins a message whose head is in {@link #headBuffer} now.
     *
     * @param length of the body when the framing is {@link Framing#LENGTH}
     * @param closeDelimited whether an undecided body may not be chunked
     * @param whenWritten told of the message's last byte
     */
    void begin(Framing framing, long length, boolean closeDelimited, @Nullable ChannelFutureListener whenWritten) {
        this.framing = framing;
        this.remaining = length;
        this.closeDelimited = closeDelimited;
        this.whenWritten = whenWritten;
        open = true;
    }

    /** Bytes went out that are no message of their own, as a 1xx head. */
    void flushLater() {
        unflushed = true;
        if (!reading && !flushScheduled) {
            flushScheduled = true;
            ctx.executor().execute(this);
        }
    }

    /**
     * Writes body bytes and releases them.
     *
     * @return false when there are more than the head announced; the message cannot be saved, the connection must go
     */
    boolean data(ByteBuf data, boolean end) {
        int length = data.readableBytes();
        if (framing == Framing.UNDECIDED) {
            decide(length, end);
        }
        switch (framing) {
            case NONE -> data.release();
            case LENGTH -> {
                if (length > remaining) {
                    data.release();
                    return false;
                }
                remaining -= length;
                append(data, end);
            }
            case CHUNKED -> chunk(data, end);
            default -> append(data, end);
        }
        if (end) {
            return end();
        }
        flushLater();
        return true;
    }

    /** Writes trailer fields, when the framing has a place for them, and ends the message. */
    boolean trailers(Headers trailers) {
        if (framing == Framing.UNDECIDED) {
            decide(0, closeDelimited);
        }
        if (framing == Framing.CHUNKED) {
            ByteBuf to = room(FRAMING_ROOM);
            to.writeByte('0').writeBytes(HeadEncoder.CRLF);
            HeadEncoder.trailers(trailers, to);
        }
        return end();
    }

    /** Ends the message; false when the head announced more than was written. */
    boolean end() {
        boolean whole = framing != Framing.LENGTH || remaining == 0;
        open = false;
        if (whenWritten != null) {
            writeOut(true);
        }
        unflushed = true;
        if (!reading) {
            flush();
        }
        return whole;
    }

    private void decide(int length, boolean end) {
        if (end) {
            ByteBuf to = room(FRAMING_ROOM);
            to.writeBytes(HeadEncoder.CONTENT_LENGTH);
            ByteBufUtil.writeAscii(to, Integer.toString(length));
            to.writeBytes(HeadEncoder.CRLF).writeBytes(HeadEncoder.CRLF);
            framing = Framing.LENGTH;
            remaining = length;
        } else if (closeDelimited) {
            room(FRAMING_ROOM).writeBytes(HeadEncoder.CRLF);
            framing = Framing.CLOSE;
        } else {
            room(FRAMING_ROOM).writeBytes(HeadEncoder.CHUNKED_END);
            framing = Framing.CHUNKED;
        }
    }

    private void chunk(ByteBuf data, boolean end) {
        int length = data.readableBytes();
        if (length > 0) {
            ByteBuf to = room(FRAMING_ROOM);
            ByteBufUtil.writeAscii(to, Integer.toHexString(length));
            to.writeBytes(HeadEncoder.CRLF);
            append(data, false);
            room(FRAMING_ROOM).writeBytes(HeadEncoder.CRLF);
        } else {
            data.release();
        }
        if (end) {
            room(FRAMING_ROOM).writeByte('0').writeBytes(HeadEncoder.CRLF).writeBytes(HeadEncoder.CRLF);
        }
    }

    private void append(ByteBuf data, boolean last) {
        int length = data.readableBytes();
        if (length <= COPY_BYTES) {
            room(length).writeBytes(data);
            data.release();
        } else {
            writeOut(false);
            write(data, last);
        }
    }

    private ByteBuf room(int more) {
        ByteBuf gathered = out;
        if (gathered != null && gathered.readableBytes() + more > GATHER_BYTES) {
            writeOut(false);
            gathered = null;
        }
        if (gathered == null) {
            gathered = ctx.alloc().directBuffer(Math.max(more, HEAD_ROOM));
            out = gathered;
        }
        return gathered;
    }

    private void writeOut(boolean last) {
        ByteBuf gathered = out;
        out = null;
        if (gathered != null) {
            write(gathered, last);
        } else if (last && whenWritten != null) {
            write(Unpooled.EMPTY_BUFFER, true);
        }
    }

    private void write(ByteBuf bytes, boolean last) {
        unflushed = true;
        ChannelFutureListener told = last ? whenWritten : null;
        if (told == null) {
            ctx.write(bytes, ctx.voidPromise());
        } else {
            whenWritten = null;
            ChannelPromise promise = ctx.newPromise();
            promise.addListener(told);
            ctx.write(bytes, promise);
        }
    }

    /** From here to {@link #readEnded} flushes wait. */
    void readStarted() {
        reading = true;
    }

    void readEnded() {
        reading = false;
        if (unflushed) {
            flush();
        }
    }

    @Override
    public void run() {
        flushScheduled = false;
        if (unflushed && !reading) {
            flush();
        }
    }

    private void flush() {
        unflushed = false;
        if (open && framing == Framing.UNDECIDED) {
            decide(0, false);
        }
        writeOut(false);
        ctx.flush();
    }

    /** The message stays unfinished: what there is of it goes out, so that the peer has all that was received. */
    void breakOff() {
        whenWritten = null;
        if (unflushed) {
            flush();
        }
        abort();
    }

    /** Drops what was gathered; the connection is gone or going. */
    void abort() {
        open = false;
        unflushed = false;
        whenWritten = null;
        ByteBuf gathered = out;
        out = null;
        if (gathered != null) {
            gathered.release();
        }
    }
}
