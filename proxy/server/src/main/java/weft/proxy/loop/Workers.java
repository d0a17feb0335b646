package weft.proxy.loop;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** All event loops of the proxy and the transport they run on: epoll where it loads, else NIO. Thread-safe. */
public final class Workers implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<Worker> workers;
    private final boolean epoll;

    private Workers(MultiThreadIoEventLoopGroup group, List<Worker> workers, boolean epoll) {
        this.group = group;
        this.workers = List.copyOf(workers);
        this.epoll = epoll;
    }

    /** Starts this many event loops on the best transport. */
    public static Workers start(int threads, long seed) {
        return start(threads, seed, Epoll.isAvailable());
    }

    /** Starts this many event loops on epoll or NIO. */
    public static Workers start(int threads, long seed, boolean epoll) {
        IoHandlerFactory io = epoll ? RearmingEpoll.newFactory() : NioIoHandler.newFactory();
        MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("worker"), io);
        List<Worker> workers = new ArrayList<>(threads);
        for (EventExecutor loop : group) {
            workers.add(new Worker(workers.size(), (EventLoop) loop, WorkerClock.system(), seed + workers.size()));
        }
        return new Workers(group, workers, epoll);
    }

    public List<Worker> all() {
        return workers;
    }

    /** All loops, for channels that may go to any. */
    public EventLoopGroup group() {
        return group;
    }

    public int count() {
        return workers.size();
    }

    /** Whether several sockets may share a port with the kernel spreading connections over them. */
    public boolean sharesPorts() {
        return epoll;
    }

    public Class<? extends SocketChannel> socketChannel() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    public Class<? extends ServerSocketChannel> serverSocketChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** Stops the loops and waits a moment for them. */
    @Override
    public void close() {
        Future<?> stopped = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        stopped.awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
