package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;

/** Text to bytes of a test connection and back. */
final class Wire {
    /** Counts every byte, so that a test can tell a leak exactly. */
    static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(true);

    private Wire() {}

    static long allocatedBytes() {
        return ALLOCATOR.metric().usedDirectMemory() + ALLOCATOR.metric().usedHeapMemory();
    }

    static EmbeddedChannel channel(ChannelHandler handler) {
        EmbeddedChannel channel = new EmbeddedChannel(false, false);
        channel.config().setAllocator(ALLOCATOR);
        channel.pipeline().addLast(handler);
        try {
            channel.register();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return channel;
    }

    static ByteBuf bytes(String latin1) {
        return bytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    static ByteBuf bytes(byte[] bytes) {
        return ALLOCATOR.directBuffer(Math.max(bytes.length, 1)).writeBytes(bytes);
    }

    static void receive(EmbeddedChannel channel, String latin1) {
        channel.writeInbound(bytes(latin1));
    }

    /** All that was written since the last call. */
    static String sent(EmbeddedChannel channel) {
        channel.runPendingTasks();
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return text.toString();
    }
}
