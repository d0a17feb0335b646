package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;

/**
 * HTTP/1.1 towards one upstream: the last handler of its connection. Confined to the event loop.
 *
 * <p>It carries one stream at a time, and the next one only after a response that ended exactly where its framing said,
 * to a request that was sent whole: any byte more and the connection is closed, so that no response can be taken for the
 * answer to another request.
 */
public final class Http1ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Http1ClientConnection.class);

    private enum State {
        IDLE,
        HEAD,
        BODY,
        CLOSED
    }

    private final Http1Limits limits;
    private final ConnectionListener owner;
    private final ResponseParser parser;
    private final HeadReader headReader;
    private final BodyReader body;
    private final Inbox inbox = new Inbox();

    private @Nullable ChannelHandlerContext ctx;
    private @Nullable MessageWriter writer;
    private State state = State.IDLE;
    private @Nullable Http1ClientStream stream;
    private boolean processing;
    private boolean autoRead = true;
    private boolean reusable = true;
    private boolean closedTold;
    private int informational;
    private long streams;

    public Http1ClientConnection(Http1Limits limits, ConnectionListener owner) {
        this.limits = limits;
        this.owner = owner;
        parser = new ResponseParser(limits);
        headReader = new HeadReader(limits.maxHeadBytes());
        body = new BodyReader(limits);
    }

    /**
     * Begins a request.
     *
     * @throws IllegalStateException when the connection is not {@link #isReusable}
     */
    public ClientStream open(ClientStreamListener listener) {
        MessageWriter to = writer;
        if (!isReusable() || to == null) {
            throw new IllegalStateException("connection takes no stream");
        }
        Http1ClientStream opened = new Http1ClientStream(this, to, listener);
        stream = opened;
        state = State.HEAD;
        informational = 0;
        streams++;
        headReader.reset();
        parser.reset();
        return opened;
    }

    /** Whether a stream can be opened now. */
    public boolean isReusable() {
        return state == State.IDLE && reusable && ctx != null && ctx.channel().isActive();
    }

    /** How many streams were opened; the first one meets a fresh connection, later ones may meet a dying one. */
    public long streams() {
        return streams;
    }

    public Channel channel() {
        return context().channel();
    }

    /** Closes at once; a stream in progress is reset. */
    public void close() {
        terminate(StreamReset.LOCAL_RESET, "local_close");
    }

    private ChannelHandlerContext context() {
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return ctx;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        writer = new MessageWriter(context);
        autoRead = context.channel().config().isAutoRead();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        terminate(StreamReset.CONNECTION_TERMINATION, "connection_termination");
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (state == State.IDLE || state == State.CLOSED) {
            // Nobody asked: whatever this is, it must not become the answer to the next request.
            in.release();
            terminate(StreamReset.PROTOCOL_ERROR, Rejections.CODEC_ERROR.details());
            return;
        }
        if (writer != null) {
            writer.readStarted();
        }
        inbox.add(in, context.alloc());
        process();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (writer != null) {
            writer.readEnded();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Http1ClientStream current = stream;
        if (current != null && !current.isOver()) {
            current.listener().onWritabilityChanged();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (stream != null && state == State.BODY) {
            // Bytes that a slow reader left behind still belong to the response.
            drainInbox();
        }
        Http1ClientStream current = stream;
        if (current != null && state == State.BODY && body.isUntilClose()) {
            reusable = false;
            current.listener().onData(Unpooled.EMPTY_BUFFER, true);
            streamEnded(current);
        }
        terminate(StreamReset.CONNECTION_TERMINATION, "connection_termination");
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // TLS wraps what is wrong with the peer.
        if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
            LOG.warn("upstream connection closed", cause);
        }
        terminate(StreamReset.CONNECTION_TERMINATION, "connection_termination");
    }

    /** Closes the connection; a stream in progress hears why, then the owner that it is gone. */
    private void terminate(StreamReset reason, String details) {
        state = State.CLOSED;
        reusable = false;
        body.releasePieces();
        inbox.clear();
        if (writer != null) {
            writer.abort();
        }
        Http1ClientStream current = stream;
        stream = null;
        if (current != null && !current.isOver()) {
            current.finish();
            current.listener().onReset(reason, details);
        }
        if (ctx != null) {
            ctx.close();
        }
        if (!closedTold) {
            closedTold = true;
            owner.onClosed(this);
        }
    }

    private void refuse(MalformedRequest reason) {
        terminate(StreamReset.PROTOCOL_ERROR, reason.details());
    }

    /** The request's own sender broke it: the upstream sees the connection end. */
    void requestBroken(Http1ClientStream broken) {
        if (broken.equals(stream)) {
            terminate(StreamReset.LOCAL_RESET, "request_length_mismatch");
        }
    }

    void abort(Http1ClientStream aborted) {
        if (aborted.equals(stream)) {
            terminate(StreamReset.LOCAL_RESET, "local_reset");
        }
    }

    boolean isWritable() {
        return state != State.CLOSED && context().channel().isWritable();
    }

    void readingChanged(boolean reading) {
        if (reading) {
            // Not from inside this call: a listener does not expect data from a method that it calls.
            context().executor().execute(this::process);
        } else {
            updateReading();
        }
    }

    private void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            while (step(false)) {}
        } finally {
            processing = false;
        }
        updateReading();
    }

    private void drainInbox() {
        if (!processing) {
            processing = true;
            try {
                while (step(true)) {}
            } finally {
                processing = false;
            }
        }
    }

    private boolean step(boolean evenIfPaused) {
        Http1ClientStream current = stream;
        if (current == null || inbox.size() == 0 || !(current.isReading() || evenIfPaused)) {
            return false;
        }
        return state == State.HEAD ? readHead(current) : state == State.BODY && readBody(current);
    }

    private boolean readHead(Http1ClientStream current) {
        ByteBuf in = inbox.peek();
        if (in == null) {
            return false;
        }
        if (!current.isHeadSent()) {
            refuse(Rejections.CODEC_ERROR);
            return false;
        }
        boolean done = headReader.read(in, parser);
        inbox.trim();
        if (!done) {
            return false;
        }
        MalformedRequest refused = headReader.error();
        int status = parser.head().status();
        if (refused == null && status == 101) {
            refused = Rejections.UNEXPECTED_UPGRADE;
        }
        if (refused == null && status < 200 && ++informational > limits.maxInformational()) {
            refused = Rejections.TOO_MANY_INFORMATIONAL;
        }
        if (refused != null) {
            refuse(refused);
            return false;
        }
        return status < 200 ? informational(current) : begin(current);
    }

    private boolean informational(Http1ClientStream current) {
        if (parser.fields().isChunked() || parser.fields().contentLength() >= 0) {
            refuse(Rejections.CODEC_ERROR);
            return false;
        }
        current.listener().onInformational(parser.head());
        headReader.reset();
        parser.reset();
        return true;
    }

    private boolean begin(Http1ClientStream current) {
        FieldParser fields = parser.fields();
        long length = fields.contentLength();
        int status = parser.head().status();
        reusable &= parser.isKeepAlive();
        if (current.isHeadRequest() || status == 304) {
            body.startEmpty();
        } else if (status == 204) {
            // A length here may be followed by bytes that come only after this connection was given to the next
            // request.
            reusable &= !fields.isChunked() && length <= 0;
            parser.head().headers().remove("content-length");
            body.startEmpty();
        } else if (fields.isChunked()) {
            body.startChunked();
        } else if (length >= 0) {
            body.startLength(length);
        } else {
            reusable = false;
            body.startUntilClose();
        }
        state = State.BODY;
        boolean ended = body.isEnded();
        current.listener().onHead(parser.head(), ended);
        if (ended) {
            streamEnded(current);
        }
        return true;
    }

    private boolean readBody(Http1ClientStream current) {
        body.read(inbox, context().alloc());
        boolean broken = body.error() != null;
        boolean ended = !broken && body.isEnded();
        Headers trailers = ended ? body.trailers() : null;
        boolean endWithData = ended && trailers == null && body.pieces() > 0;
        int last = endWithData ? body.pieces() - 1 : -1;
        for (int i = 0; i < body.pieces() && !current.isOver(); i++) {
            current.listener().onData(body.takePiece(i), i == last);
        }
        body.releasePieces();
        MalformedRequest error = broken ? body.error() : null;
        if (error != null) {
            refuse(error);
        } else if (ended && !current.isOver()) {
            if (trailers != null) {
                current.listener().onTrailers(trailers);
            } else if (!endWithData) {
                current.listener().onData(Unpooled.EMPTY_BUFFER, true);
            }
            streamEnded(current);
        }
        return true;
    }

    /** The response is whole and its listener knows: the connection goes back to its owner, or away. */
    private void streamEnded(Http1ClientStream ended) {
        if (!ended.equals(stream)) {
            return;
        }
        ended.finish();
        stream = null;
        if (!ended.isRequestEnded() || inbox.size() > 0 || !reusable) {
            terminate(StreamReset.LOCAL_RESET, "not_reusable");
            return;
        }
        state = State.IDLE;
        updateReading();
        owner.onIdle(this);
    }

    private void updateReading() {
        boolean wanted = inbox.size() == 0 && (stream == null || stream.isReading());
        if (wanted != autoRead && ctx != null && state != State.CLOSED) {
            autoRead = wanted;
            ctx.channel().config().setAutoRead(wanted);
        }
    }
}
