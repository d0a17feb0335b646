package weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the two channels of a relay: tells the relay what comes in, writes what the other side has read. Confined to the
 * event loop.
 */
final class RelaySide extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RelaySide.class);

    private final TcpRelay relay;
    private @Nullable Channel channel;
    private boolean isInputEnded;
    private boolean isOutputEnded;

    RelaySide(TcpRelay relay) {
        this.relay = relay;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    Channel channel() {
        Channel known = channel;
        if (known == null) {
            throw new IllegalStateException("not connected");
        }
        return known;
    }

    boolean isWritable() {
        return channel().isWritable();
    }

    void setReading(boolean reading) {
        channel().config().setAutoRead(reading && !isInputEnded);
    }

    /** Writes without flushing; the relay hears when the system has taken the bytes. */
    void write(ByteBuf data) {
        int length = data.readableBytes();
        channel().write(data).addListener(written -> {
            if (written.isSuccess()) {
                relay.onWritten(this, length);
            }
        });
    }

    void flush() {
        channel().flush();
    }

    /** Tells the peer, after all that was written, that no more comes. */
    void endOutput() {
        channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (flushed.isSuccess()) {
                ((DuplexChannel) channel()).shutdownOutput().addListener(ended -> {
                    isOutputEnded = true;
                    relay.onOutputEnd();
                });
            }
        });
    }

    boolean isInputEnded() {
        return isInputEnded;
    }

    boolean isOutputEnded() {
        return isOutputEnded;
    }

    /** Closes; what the peer has not read yet it will still get. */
    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    /** Closes with a reset, so that nobody takes the end for the end of the data, once what was written has left. */
    void abort(Runnable then) {
        channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (channel().isOpen()) {
                channel().config().setOption(ChannelOption.SO_LINGER, 0);
            }
            channel().close();
            then.run();
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        relay.onRead(this, (ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        relay.onReadComplete(this);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        relay.onWritability(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !isInputEnded) {
            isInputEnded = true;
            relay.onInputEnd(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        relay.onClosed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("relay failed, error={}", cause.toString(), cause);
        }
        context.close();
    }
}
