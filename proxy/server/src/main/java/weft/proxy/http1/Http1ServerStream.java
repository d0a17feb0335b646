package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.ServerStream;
import weft.proxy.stream.ServerStreamListener;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.ResponseHead;

/**
 * One request and its response. Confined to the event loop.
 *
 * <p>Made anew for each request, so that a call that comes late, for a request that is over, reaches nobody else's.
 */
final class Http1ServerStream implements ServerStream, ChannelFutureListener {
    private final Http1ServerHandler handler;
    private final ServerConnection io;
    private final MessageWriter writer;
    private final boolean headRequest;
    private final boolean http10;
    private final boolean expectsContinue;

    private @Nullable ServerStreamListener listener;
    private boolean reading = true;
    private boolean close;
    private boolean headSent;
    private boolean responseEnded;
    private boolean requestEnded;
    private boolean continued;
    private boolean over;
    private @Nullable Boolean flushed;
    private @Nullable StreamReset resetBeforeAttached;

    Http1ServerStream(
            Http1ServerHandler handler, ServerConnection io, String method, boolean http10, boolean expectsContinue) {
        this.handler = handler;
        this.io = io;
        this.writer = io.writer();
        this.headRequest = method.equals("HEAD");
        this.http10 = http10;
        this.expectsContinue = expectsContinue;
    }

    /** The acceptor has chosen who listens; tells what happened while it chose. */
    void attach(ServerStreamListener chosen) {
        listener = chosen;
        if (flushed != null) {
            chosen.onResponseFlushed(flushed);
        } else if (resetBeforeAttached != null) {
            chosen.onReset(resetBeforeAttached);
        }
    }

    boolean isReading() {
        return reading;
    }

    void deliver(ByteBuf data, boolean end) {
        continued = true;
        if (over || responseEnded || listener == null) {
            data.release();
        } else {
            listener.onData(data, end);
        }
    }

    void deliverEnd(@Nullable Headers trailers) {
        if (over || responseEnded || listener == null) {
            return;
        }
        if (trailers == null) {
            listener.onData(Unpooled.EMPTY_BUFFER, true);
        } else {
            listener.onTrailers(trailers);
        }
    }

    void requestEnded() {
        requestEnded = true;
    }

    void writabilityChanged() {
        if (!over && !responseEnded && listener != null) {
            listener.onWritabilityChanged();
        }
    }

    /**
     * The connection or the request broke.
     *
     * @return whether the client has not been sent any part of a final response
     */
    boolean reset(StreamReset reason, MessageWriter unfinished) {
        if (over || responseEnded) {
            return false;
        }
        over = true;
        unfinished.abort();
        if (listener == null) {
            resetBeforeAttached = reason;
        } else {
            listener.onReset(reason);
        }
        return !headSent;
    }

    @Override
    public Channel channel() {
        return io.channel();
    }

    @Override
    public String protocol() {
        return http10 ? "HTTP/1.0" : "HTTP/1.1";
    }

    @Override
    public void sendInformational(ResponseHead head) {
        if (over || headSent || http10) {
            return;
        }
        continued |= head.status() == 100;
        HeadEncoder.response(head, Framing.NONE, true, false, writer.headBuffer(0));
        writer.flushLater();
    }

    @Override
    public void sendHead(ResponseHead head, boolean end) {
        if (over || headSent) {
            return;
        }
        headSent = true;
        // Without a 100 the client may or may not send its body now: where the next request begins is unknown.
        close |= expectsContinue && !continued;
        boolean bodyless = headRequest || Statuses.isBodyless(head.status());
        long length = HeadEncoder.contentLength(head.headers());
        Framing framing;
        if (bodyless || (end && length <= 0)) {
            framing = Framing.NONE;
        } else if (length >= 0) {
            framing = Framing.LENGTH;
        } else {
            framing = Framing.UNDECIDED;
        }
        HeadEncoder.response(
                head, framing, bodyless, close, writer.headBuffer(framing == Framing.LENGTH ? clamp(length) : 0));
        writer.begin(framing, length, http10, this);
        if (end) {
            responseEnded(writer.end());
        } else {
            writer.flushLater();
        }
    }

    private static int clamp(long length) {
        return (int) Math.min(length, Integer.MAX_VALUE);
    }

    @Override
    public void sendData(ByteBuf data, boolean end) {
        if (over || responseEnded || !headSent) {
            data.release();
            return;
        }
        boolean right = writer.data(data, end);
        if (end) {
            responseEnded(right);
        } else if (!right) {
            fail();
        }
    }

    @Override
    public void sendTrailers(Headers trailers) {
        if (!over && !responseEnded && headSent) {
            responseEnded(writer.trailers(trailers));
        }
    }

    /** A response shorter or longer than it said is cut off, so that the client sees that it is broken. */
    private void fail() {
        over = true;
        if (listener == null) {
            resetBeforeAttached = StreamReset.LOCAL_RESET;
        } else {
            listener.onReset(StreamReset.LOCAL_RESET);
        }
        handler.abort(this);
    }

    private void responseEnded(boolean whole) {
        if (whole) {
            responseEnded = true;
            handler.responseEnded(this, close);
        } else {
            fail();
        }
    }

    @Override
    public void operationComplete(ChannelFuture written) {
        if (over) {
            return;
        }
        over = true;
        flushed = written.isSuccess();
        if (listener != null) {
            listener.onResponseFlushed(flushed);
        }
    }

    @Override
    public void reset(StreamReset reason) {
        if (!over && !responseEnded) {
            over = true;
            handler.abort(this);
        }
    }

    @Override
    public boolean isWritable() {
        return io.isWritable();
    }

    @Override
    public void setReading(boolean wanted) {
        if (reading != wanted) {
            reading = wanted;
            if (over || requestEnded) {
                return;
            }
            if (wanted) {
                // Not from inside this call: a listener does not expect data from a method that it calls.
                io.execute(handler::process);
            } else {
                handler.updateReading();
            }
        }
    }

    @Override
    public void closeAfterResponse() {
        close = true;
    }
}
