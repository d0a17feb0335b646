package weft.proxy.dns;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weft.proxy.upstream.HostResolver;

/**
 * The resolver of a proxy: the hosts file, then DNS; answers are kept for their time to live. Thread-safe.
 *
 * <p>All its work is done on one thread of its own, which begins with the first name. A host that many ask for at once is
 * looked up once.
 */
public final class DnsResolver implements HostResolver, AutoCloseable {
    /** Each has a socket or two open. */
    private static final int MAX_LOOKUPS = 64;

    /** Names waiting; above it lookups fail at once and the last good addresses stay. */
    private static final int MAX_WAITING = 8_192;

    /** Names whose answers are kept; the one asked for least recently goes first. */
    private static final int MAX_KEPT = 8_192;

    /** A name that could not be found out is asked for no sooner, however many want it. */
    private static final long FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What fits into a datagram wherever it goes: the size agreed on by makers of DNS software in 2020. */
    private static final int MAX_PAYLOAD = 1_232;

    /** Lines of the hosts file have no time to live; the file is looked at again this often. */
    private static final long HOSTS_FILE_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final Settings settings;
    private final LongSupplier nanoClock;
    private final WatchedFile<ResolverConfig> config;
    private final WatchedFile<HostsFile> hosts;
    private @Nullable EventLoopGroup group;
    private @Nullable EventLoop loop;
    private boolean isClosed;

    /* From here on: confined to the loop. */
    private @Nullable DnsNameResolver exchange;
    private final LinkedHashMap<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, CompletableFuture<Resolution>> underWay = new HashMap<>();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int lookups;

    /** An answer, or the lack of one, until when. */
    private record Kept(
            @Nullable Resolution resolution, @Nullable Throwable failure, long untilNanos) {}

    /**
     * Where its knowledge comes from. Immutable.
     *
     * @param servers in place of those of the configuration; null for those
     * @param hasIpv6 whether addresses of IPv6 are of any use
     */
    public record Settings(
            Path resolvConf, Path hostsFile, @Nullable List<InetSocketAddress> servers, boolean hasIpv6) {

        /** Of this machine, with these servers in place of its own unless they are null. */
        public static Settings system(@Nullable List<InetSocketAddress> servers) {
            return new Settings(Path.of("/etc/resolv.conf"), Path.of("/etc/hosts"), servers, isIpv6Here());
        }

        /** As Envoy is told by Istio: no IPv6 where the machine has no such address but those of its own links. */
        private static boolean isIpv6Here() {
            try {
                return NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .anyMatch(address -> address instanceof Inet6Address
                                && !address.isLoopbackAddress()
                                && !address.isLinkLocalAddress()
                                && !address.isAnyLocalAddress());
            } catch (SocketException e) {
                return false;
            }
        }
    }

    public DnsResolver(Settings settings) {
        this(settings, System::nanoTime);
    }

    DnsResolver(Settings settings, LongSupplier nanoClock) {
        this.settings = settings;
        this.nanoClock = nanoClock;
        config = new WatchedFile<>(settings.resolvConf(), ResolverConfig::parse);
        hosts = new WatchedFile<>(settings.hostsFile(), HostsFile::parse);
    }

    @Override
    public CompletableFuture<Resolution> resolve(String host) {
        CompletableFuture<Resolution> result = new CompletableFuture<>();
        try {
            EventLoop own = loop();
            own.execute(() -> find(host.toLowerCase(Locale.ROOT), own, result));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private synchronized EventLoop loop() {
        if (isClosed) {
            throw new RejectedExecutionException("closed");
        }
        EventLoop running = loop;
        if (running == null) {
            EventLoopGroup made = new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("dns", true), NioIoHandler.newFactory());
            running = made.next();
            group = made;
            loop = running;
        }
        return running;
    }

    private void find(String host, EventLoop own, CompletableFuture<Resolution> result) {
        long now = nanoClock.getAsLong();
        Kept known = kept.get(host);
        if (known != null && known.untilNanos() - now > 0) {
            tell(known, now, result);
            return;
        }
        HostsFile file = hosts.content();
        if (!file.addresses(host).isEmpty()) {
            result.complete(new Resolution(file.addresses(host), HOSTS_FILE_MILLIS));
            return;
        }
        CompletableFuture<Resolution> lookup = underWay.get(host);
        if (lookup == null) {
            if (waiting.size() >= MAX_WAITING) {
                result.completeExceptionally(new UnknownHostException(host + ": too many names are waiting"));
                return;
            }
            lookup = new CompletableFuture<>();
            underWay.put(host, lookup);
            CompletableFuture<Resolution> promised = lookup;
            waiting.add(() -> lookUp(host, own, promised));
            startWaiting();
        }
        lookup.whenComplete((found, failure) -> {
            if (failure == null) {
                result.complete(found);
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private static void tell(Kept known, long now, CompletableFuture<Resolution> result) {
        if (known.resolution() != null) {
            long left = TimeUnit.NANOSECONDS.toMillis(known.untilNanos() - now);
            result.complete(new Resolution(known.resolution().addresses(), left));
        } else {
            result.completeExceptionally(known.failure());
        }
    }

    private void startWaiting() {
        while (lookups < MAX_LOOKUPS && !waiting.isEmpty()) {
            lookups++;
            waiting.remove().run();
        }
    }

    private void lookUp(String host, EventLoop own, CompletableFuture<Resolution> promised) {
        ResolverConfig now = config.content().asking(settings.servers());
        List<DnsRecordType> types =
                settings.hasIpv6() ? List.of(DnsRecordType.A, DnsRecordType.AAAA) : List.of(DnsRecordType.A);
        new Lookup(exchange(own, now), own, now, types, host).start().whenComplete((found, failure) -> {
            lookups--;
            underWay.remove(host);
            keep(host, found, failure);
            if (failure == null) {
                promised.complete(found);
            } else {
                promised.completeExceptionally(failure);
            }
            own.execute(this::startWaiting);
        });
    }

    private void keep(String host, @Nullable Resolution found, @Nullable Throwable failure) {
        long nanos = found == null ? FAILURE_NANOS : TimeUnit.MILLISECONDS.toNanos(found.ttlMillis());
        kept.remove(host);
        if (nanos > 0) {
            kept.put(host, new Kept(found, failure, nanoClock.getAsLong() + nanos));
        }
        if (kept.size() > MAX_KEPT) {
            kept.remove(kept.keySet().iterator().next());
        }
    }

    private DnsNameResolver exchange(EventLoop own, ResolverConfig now) {
        DnsNameResolver made = exchange;
        if (made == null) {
            InetSocketAddress any = now.servers().get(0);
            made = new DnsNameResolverBuilder(own)
                    .datagramChannelType(NioDatagramChannel.class)
                    .socketChannelType(NioSocketChannel.class)
                    // A port of its own for each question makes answers hard to forge.
                    .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                    .nameServerProvider(new SingletonDnsServerAddressStreamProvider(any))
                    .searchDomains(List.of())
                    .ndots(1)
                    .hostsFileEntriesResolver((name, types) -> null)
                    .resolveCache(NoopDnsCache.INSTANCE)
                    .cnameCache(NoopDnsCnameCache.INSTANCE)
                    .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                    .queryTimeoutMillis(now.timeoutMillis())
                    .maxPayloadSize(MAX_PAYLOAD)
                    .build();
            exchange = made;
        }
        return made;
    }

    /** Lookups under way are not answered any more. */
    @Override
    public synchronized void close() {
        isClosed = true;
        if (group != null) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        }
    }
}
