package weft.proxy.loop;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Netty's epoll handler, with sockets that waited for nothing able to wait again. Confined to the event loop.
 *
 * <p>Netty 4.2.18 to 4.2.20 takes a socket whose set of events becomes empty out of the epoll set, and then changes the
 * set of a socket that is not in it: {@code epoll_ctl} fails and the bytes to be written are lost with the connection. It
 * happens to a connection whose peer has ended its direction, and which later cannot write all at once. Here such a socket
 * is registered anew.
 */
final class RearmingEpoll implements IoHandler {
    private final IoHandler epoll;

    private RearmingEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new RearmingEpoll(factory.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return factory.isChangingThreadSupported();
            }
        };
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Rearming(handle, epoll.register(handle));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }

    private final class Rearming implements IoRegistration {
        private final IoHandle handle;
        private IoRegistration current;
        /* Out of the epoll set, until it waits for something. */
        private boolean isIdle;

        Rearming(IoHandle handle, IoRegistration first) {
            this.handle = handle;
            this.current = first;
        }

        @Override
        public <T> @Nullable T attachment() {
            return current.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            boolean isNone = ((EpollIoOps) ops).value() == EpollIoOps.NONE.value();
            if (isNone && isIdle) {
                return 0;
            }
            if (isIdle && current.isValid()) {
                current = again();
            }
            isIdle = isNone;
            return current.submit(ops);
        }

        private IoRegistration again() {
            current.cancel();
            try {
                return epoll.register(handle);
            } catch (Exception e) {
                throw new IllegalStateException("socket cannot be registered again", e);
            }
        }

        @Override
        public boolean isValid() {
            return current.isValid();
        }

        @Override
        public boolean cancel() {
            return current.cancel();
        }
    }
}
