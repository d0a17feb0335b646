package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.ServerStreamAcceptor;
import weft.proxy.stream.StreamReset;

/**
 * HTTP/1.1 towards one client: the last handler of a downstream connection. Confined to the event loop.
 *
 * <p>One request is in progress at a time. The next one is parsed when the response before it has been written and the
 * connection takes more; what a client sends before that is kept up to a bound and reading pauses.
 */
public final class Http1ServerHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Http1ServerHandler.class);

    private enum State {
        /** Between requests, or inside a head. */
        HEAD,
        /** A request is in progress: its body comes, or its response is awaited. */
        EXCHANGE,
        /** The response is written; the rest of the request's body is dropped, so that the connection can go on. */
        SKIP,
        /** Nothing is read any more; what comes is dropped until the connection closes. */
        CLOSING
    }

    private final ServerStreamAcceptor acceptor;
    private final Http1Limits limits;
    private final RequestParser parser;
    private final HeadReader headReader;
    private final BodyReader body;
    private final Inbox inbox = new Inbox();

    private @Nullable ServerConnection connection;
    private State state = State.HEAD;
    private @Nullable Http1ServerStream stream;
    private boolean processing;
    private boolean autoRead = true;
    private boolean draining;
    private long skippedBytes;

    /**
     * @param scheme http or https: what the connection is, whatever a request's target says
     */
    public Http1ServerHandler(ServerStreamAcceptor acceptor, Http1Limits limits, String scheme) {
        this.acceptor = acceptor;
        this.limits = limits;
        parser = new RequestParser(limits, scheme);
        headReader = new HeadReader(limits.maxHeadBytes());
        body = new BodyReader(limits);
    }

    /** Ends the connection: at once when it is idle, else after the current response. */
    public void drain() {
        draining = true;
        if (stream != null) {
            stream.closeAfterResponse();
        } else if (state == State.HEAD && !headReader.isStarted() && connection != null) {
            state = State.CLOSING;
            connection.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        connection = new ServerConnection(ctx, limits, this::isIdle, this::deadlineMissed);
        autoRead = ctx.channel().config().isAutoRead();
    }

    private boolean isIdle() {
        return state == State.HEAD && stream == null && !headReader.isStarted();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        closed();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        ServerConnection io = io();
        if (state == State.CLOSING) {
            io.dropped(in.readableBytes());
            in.release();
            return;
        }
        io.writer().readStarted();
        inbox.add(in, ctx.alloc());
        if (inbox.size() > limits.maxPipelinedBytes() && state == State.EXCHANGE && body.isEnded()) {
            resetStream(StreamReset.PROTOCOL_ERROR);
            state = State.CLOSING;
            inbox.clear();
            io.close();
            return;
        }
        process();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        io().writer().readEnded();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Http1ServerStream current = stream;
        if (current != null) {
            current.writabilityChanged();
        }
        process();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed();
        ctx.fireChannelInactive();
    }

    private void closed() {
        state = State.CLOSING;
        body.releasePieces();
        io().deadline().cancel();
        io().closed();
        inbox.clear();
        resetStream(StreamReset.CONNECTION_TERMINATION);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A broken socket, or a defect above that must not leave a request hanging: either way this client is lost.
        if (!(cause instanceof IOException)) {
            LOG.warn("downstream connection closed", cause);
        }
        ctx.close();
    }

    private ServerConnection io() {
        if (connection == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return connection;
    }

    private void resetStream(StreamReset reason) {
        Http1ServerStream current = stream;
        stream = null;
        if (current != null) {
            current.reset(reason, io().writer());
        }
    }

    /** Works on received bytes as far as the state allows. Calls from inside a listener return at once. */
    void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            while (step()) {}
        } finally {
            processing = false;
        }
        updateReading();
    }

    private boolean step() {
        return switch (state) {
            case HEAD -> readHead();
            case EXCHANGE -> readBody();
            case SKIP -> skipBody();
            case CLOSING -> {
                inbox.clear();
                yield false;
            }
        };
    }

    private boolean readHead() {
        ByteBuf in = inbox.peek();
        // A client that does not read its responses gets no further ones (CVE-2020-8661).
        if (in == null || !io().isWritable()) {
            return false;
        }
        if (!headReader.isStarted()) {
            // Not earlier: whoever logs the last request may still look at its head.
            parser.reset();
        }
        boolean done = headReader.read(in, parser);
        inbox.trim();
        if (!done) {
            io().deadline().set(limits.headTimeoutMillis());
            return false;
        }
        io().deadline().cancel();
        MalformedRequest refused = headReader.error();
        if (refused != null) {
            refuse(refused);
            return false;
        }
        return begin();
    }

    private boolean begin() {
        ServerConnection io = io();
        FieldParser fields = parser.fields();
        long length = fields.contentLength();
        if (fields.isChunked()) {
            body.startChunked();
        } else if (length > 0) {
            body.startLength(length);
        } else {
            body.startEmpty();
        }
        // Body bytes that came with the head are looked at first: a request that is broken already is never begun.
        body.read(inbox, io.allocator());
        MalformedRequest refused = body.error();
        if (refused != null) {
            body.releasePieces();
            refuse(refused);
            return false;
        }
        boolean expectsContinue = fields.expectsContinue() && body.pieces() == 0 && !body.isEnded();
        Http1ServerStream current =
                new Http1ServerStream(this, io, parser.head().method(), false, expectsContinue);
        if (fields.isCloseAsked() || draining) {
            current.closeAfterResponse();
        }
        stream = current;
        state = State.EXCHANGE;
        io.requestStarted();
        boolean noBody = body.isEnded() && body.pieces() == 0 && body.trailers() == null;
        current.attach(acceptor.onRequest(current, parser.head(), noBody));
        if (!noBody) {
            deliver(current);
        }
        return state != State.EXCHANGE || (!body.isEnded() && inbox.size() > 0);
    }

    private boolean readBody() {
        Http1ServerStream current = stream;
        if (current == null || body.isEnded() || inbox.size() == 0 || !current.isReading()) {
            return false;
        }
        body.read(inbox, io().allocator());
        if (body.error() != null) {
            body.releasePieces();
            breakOff(current);
            return false;
        }
        deliver(current);
        return true;
    }

    /** Hands body bytes that were read to the stream; it may end or reset the exchange at any of them. */
    private void deliver(Http1ServerStream current) {
        boolean ended = body.isEnded();
        int last = body.trailers() == null && ended ? body.pieces() - 1 : -1;
        for (int i = 0; i < body.pieces(); i++) {
            current.deliver(body.takePiece(i), i == last);
        }
        boolean endTold = body.pieces() > 0 && last >= 0;
        body.releasePieces();
        if (ended && !endTold) {
            current.deliverEnd(body.trailers());
        }
        if (ended) {
            current.requestEnded();
        }
    }

    private boolean skipBody() {
        if (inbox.size() > 0 && !body.isEnded()) {
            skippedBytes += inbox.size();
            body.read(inbox, io().allocator());
            body.releasePieces();
        }
        if (body.error() != null || skippedBytes > limits.lingerBytes()) {
            state = State.CLOSING;
            io().lingerAndClose();
            return true;
        }
        if (body.isEnded()) {
            nextRequest();
            return true;
        }
        return false;
    }

    private void refuse(MalformedRequest reason) {
        ServerConnection io = io();
        Http1ServerStream current =
                new Http1ServerStream(this, io, parser.head().method(), parser.isHttp10(), false);
        current.closeAfterResponse();
        stream = current;
        state = State.CLOSING;
        io.requestStarted();
        inbox.clear();
        current.attach(acceptor.onMalformed(current, parser.head(), reason));
    }

    /** The body of a request that was begun is broken: the exchange is told, the client answered when nothing was yet. */
    private void breakOff(Http1ServerStream current) {
        ServerConnection io = io();
        state = State.CLOSING;
        stream = null;
        inbox.clear();
        boolean unanswered = current.reset(StreamReset.PROTOCOL_ERROR, io.writer());
        if (unanswered) {
            io.answerBadRequest();
            io.lingerAndClose();
        } else {
            io.close();
        }
    }

    /** Called by the stream when its response has been written as a whole. */
    void responseEnded(Http1ServerStream ended, boolean close) {
        if (!ended.equals(stream)) {
            return;
        }
        boolean unread = !body.isEnded() || inbox.size() > 0 || state == State.CLOSING;
        stream = null;
        if (close) {
            state = State.CLOSING;
            if (unread) {
                io().lingerAndClose();
            } else {
                io().closeWhenFlushed();
            }
        } else if (body.isEnded()) {
            nextRequest();
        } else {
            state = State.SKIP;
            skippedBytes = 0;
            io().deadline().set(limits.headTimeoutMillis());
        }
        process();
    }

    /** Called by the stream to give up: the client sees the connection end. */
    void abort(Http1ServerStream aborted) {
        if (aborted.equals(stream)) {
            stream = null;
            state = State.CLOSING;
            io().close();
        }
    }

    private void nextRequest() {
        state = State.HEAD;
        io().deadline().cancel();
        headReader.reset();
    }

    /** The client did not finish in time what it began. */
    private void deadlineMissed() {
        if (state == State.HEAD) {
            refuse(Rejections.HEAD_TIMEOUT);
        } else if (state == State.SKIP) {
            state = State.CLOSING;
            io().lingerAndClose();
        }
    }

    private boolean wantsToRead() {
        return switch (state) {
            case HEAD -> inbox.size() == 0;
            case EXCHANGE -> inbox.size() == 0 && (body.isEnded() || (stream != null && stream.isReading()));
            case SKIP, CLOSING -> true;
        };
    }

    /** Tells the channel whether bytes are wanted. */
    void updateReading() {
        boolean wanted = wantsToRead();
        if (wanted != autoRead) {
            autoRead = wanted;
            io().autoRead(wanted);
        }
    }
}
