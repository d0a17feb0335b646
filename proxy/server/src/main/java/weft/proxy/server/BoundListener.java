package weft.proxy.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;

/**
 * A listener's sockets: one per event loop on the same port where the kernel spreads connections, else one. Thread-safe.
 */
final class BoundListener {
    /** Connections the kernel keeps until they are accepted, per socket; the system may lower it. */
    private static final int BACKLOG = 4_096;

    private final String name;
    private final InetSocketAddress wanted;
    private final List<Channel> channels;

    private BoundListener(String name, InetSocketAddress wanted, List<Channel> channels) {
        this.name = name;
        this.wanted = wanted;
        this.channels = List.copyOf(channels);
    }

    /** Prepares the pipeline of an accepted connection on its worker. */
    @FunctionalInterface
    interface ConnectionInitializer {
        void init(Worker worker, String listenerName, Channel channel);
    }

    /** Binds; fails with the reason, and then nothing stays bound. */
    static BoundListener bind(
            String name, InetSocketAddress address, Workers workers, ConnectionInitializer initializer)
            throws IOException {
        List<Channel> channels = new ArrayList<>();
        try {
            if (workers.sharesPorts() && workers.count() > 1) {
                InetSocketAddress actual = probe(address);
                for (Worker worker : workers.all()) {
                    channels.add(bindOne(name, actual, workers, worker, true, initializer));
                }
            } else {
                channels.add(bindOne(name, address, workers, workers.all().get(0), false, initializer));
            }
        } catch (IOException e) {
            channels.forEach(Channel::close);
            throw e;
        }
        return new BoundListener(name, address, channels);
    }

    /**
     * Sockets that share a port would also share it with another process of the same user: a plain bind finds out whether
     * the port is free, and which one the system gives for port 0.
     */
    private static InetSocketAddress probe(InetSocketAddress address) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address, 1);
            return new InetSocketAddress(address.getAddress(), probe.getLocalPort());
        }
    }

    private static Channel bindOne(
            String name,
            InetSocketAddress address,
            Workers workers,
            Worker worker,
            boolean isShared,
            ConnectionInitializer initializer)
            throws IOException {
        Worker[] byIndex = workers.all().toArray(Worker[]::new);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .handler(new AcceptFailures(name))
                .channel(workers.serverSocketChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initializer.init(workerOf(channel, byIndex), name, channel);
                    }
                });
        if (isShared) {
            bootstrap.group(worker.eventLoop(), worker.eventLoop()).option(UnixChannelOption.SO_REUSEPORT, true);
        } else {
            bootstrap.group(worker.eventLoop(), workers.group());
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        return bound.channel();
    }

    private static Worker workerOf(Channel channel, Worker[] workers) {
        for (Worker worker : workers) {
            if (worker.eventLoop().equals(channel.eventLoop())) {
                return worker;
            }
        }
        throw new IllegalStateException("accepted on a foreign event loop");
    }

    String name() {
        return name;
    }

    /** The address asked for. */
    InetSocketAddress wanted() {
        return wanted;
    }

    /** The address bound. */
    InetSocketAddress address() {
        return (InetSocketAddress) channels.get(0).localAddress();
    }

    /** Accepts no more; waits until the sockets are closed. Connections go on. */
    void close() {
        List<ChannelFuture> closing = channels.stream().map(Channel::close).toList();
        closing.forEach(ChannelFuture::awaitUninterruptibly);
    }
}
