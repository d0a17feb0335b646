package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The socket under a server handler: writing, timers and the ways to close it. Confined to the event loop. */
final class ServerConnection {
    private static final byte[] BAD_REQUEST =
            Octets.ascii("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");

    /** Idle at so many checks in a row means idle for the timeout. */
    private static final int IDLE_CHECKS = 2;

    private final ChannelHandlerContext ctx;
    private final Http1Limits limits;
    private final MessageWriter writer;
    private final Deadline deadline;
    private final BooleanSupplier idle;
    private long requests;
    private long requestsAtLastCheck;
    private int idleChecks;
    private boolean lingering;
    private long droppedBytes;
    private @Nullable Future<?> idleTimer;
    private @Nullable Future<?> lingerTimer;

    ServerConnection(ChannelHandlerContext ctx, Http1Limits limits, BooleanSupplier idle, Runnable deadlineMissed) {
        this.ctx = ctx;
        this.limits = limits;
        this.idle = idle;
        writer = new MessageWriter(ctx);
        deadline = new Deadline(this, deadlineMissed);
        scheduleIdleCheck();
    }

    MessageWriter writer() {
        return writer;
    }

    Deadline deadline() {
        return deadline;
    }

    Channel channel() {
        return ctx.channel();
    }

    ByteBufAllocator allocator() {
        return ctx.alloc();
    }

    boolean isWritable() {
        return ctx.channel().isWritable();
    }

    void autoRead(boolean wanted) {
        ctx.channel().config().setAutoRead(wanted);
    }

    Future<?> schedule(Runnable task, long millis) {
        return ctx.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    void execute(Runnable task) {
        ctx.executor().execute(task);
    }

    void requestStarted() {
        requests++;
    }

    /**
     * Idleness is sampled twice per timeout instead of noting the time of every request, which would cost each of them a
     * look at the clock.
     */
    private void scheduleIdleCheck() {
        idleTimer = schedule(this::checkIdle, Math.max(1, limits.idleTimeoutMillis() / IDLE_CHECKS));
    }

    private void checkIdle() {
        idleChecks = idle.getAsBoolean() && requests == requestsAtLastCheck ? idleChecks + 1 : 0;
        requestsAtLastCheck = requests;
        if (idleChecks == IDLE_CHECKS) {
            close();
            return;
        }
        scheduleIdleCheck();
    }

    /** Answers for an exchange that was told of a broken request and so cannot. */
    void answerBadRequest() {
        ByteBuf answer = ctx.alloc().directBuffer(BAD_REQUEST.length).writeBytes(BAD_REQUEST);
        ctx.write(answer, ctx.voidPromise());
    }

    /** Closes at once; an unfinished response ends where it is. */
    void close() {
        writer.breakOff();
        ctx.close();
    }

    void closeWhenFlushed() {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * Closes so that a client which is still sending can read its answer: closing with unread bytes would make the kernel
     * reset the connection and destroy the answer.
     */
    void lingerAndClose() {
        if (lingering) {
            return;
        }
        lingering = true;
        if (!(ctx.channel() instanceof DuplexChannel duplex) || ctx.pipeline().get(SslHandler.class) != null) {
            closeWhenFlushed();
            return;
        }
        lingerTimer = schedule(ctx::close, limits.lingerMillis());
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (flushed.isSuccess()) {
                duplex.shutdownOutput();
            } else {
                ctx.close();
            }
        });
    }

    /** Bytes came after the last one that anybody wants. */
    void dropped(int bytes) {
        droppedBytes += bytes;
        if (droppedBytes > limits.lingerBytes()) {
            ctx.close();
        }
    }

    void closed() {
        writer.abort();
        deadline.cancel();
        cancel(idleTimer);
        cancel(lingerTimer);
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
