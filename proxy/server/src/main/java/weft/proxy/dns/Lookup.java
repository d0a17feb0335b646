package weft.proxy.dns;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.dns.DnsNameResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import weft.proxy.upstream.HostResolver.Resolution;

/**
 * One host looked up by all the names it may stand for, and in each for addresses of all families. Confined to the
 * resolver's thread.
 *
 * <p>The next name is tried only when the one before is known not to be there: else a server's bad day would turn one host
 * into another.
 */
final class Lookup {
    /** An answer for one family does not wait longer than this for the other's. */
    private static final long FAMILY_MILLIS = 1_000;

    /** With only one family's answer the other is asked for again this soon. */
    private static final long HALF_TTL_SECONDS = 30;

    private final DnsNameResolver exchange;
    private final EventLoop loop;
    private final ResolverConfig config;
    private final List<DnsRecordType> types;
    private final String host;
    private final List<String> names;
    private final CompletableFuture<Resolution> result = new CompletableFuture<>();
    private long noneSeconds = Long.MAX_VALUE;

    Lookup(DnsNameResolver exchange, EventLoop loop, ResolverConfig config, List<DnsRecordType> types, String host) {
        this.exchange = exchange;
        this.loop = loop;
        this.config = config;
        this.types = types;
        this.host = host;
        names = config.names(host);
    }

    CompletableFuture<Resolution> start() {
        tryName(0);
        return result;
    }

    private void tryName(int position) {
        if (position >= names.size()) {
            result.complete(new Resolution(List.of(), TimeUnit.SECONDS.toMillis(noneSeconds)));
            return;
        }
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (DnsRecordType type : types) {
            answers.add(NameQuery.ask(exchange, config, names.get(position), type));
        }
        CompletableFuture<?> all = CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
        for (CompletableFuture<Answer> each : answers) {
            each.thenAccept(answer -> {
                if (answer instanceof Answer.Addresses && !all.isDone()) {
                    loop.schedule(() -> all.complete(null), FAMILY_MILLIS, TimeUnit.MILLISECONDS);
                }
            });
        }
        all.thenRun(() -> take(position, answers));
    }

    private void take(int position, List<CompletableFuture<Answer>> answers) {
        List<InetAddress> addresses = new ArrayList<>();
        long ttl = Long.MAX_VALUE;
        Answer.Failure failure = null;
        for (CompletableFuture<Answer> each : answers) {
            Answer answer = each.getNow(new Answer.Failure("no answer in time"));
            if (answer instanceof Answer.Addresses found) {
                addresses.addAll(found.addresses());
                ttl = Math.min(ttl, found.ttlSeconds());
            } else if (answer instanceof Answer.None none) {
                noneSeconds = Math.min(noneSeconds, none.ttlSeconds());
            } else if (answer instanceof Answer.Failure one) {
                failure = one;
            }
        }
        if (!addresses.isEmpty()) {
            long believed = failure == null ? ttl : Math.min(ttl, HALF_TTL_SECONDS);
            result.complete(new Resolution(addresses, TimeUnit.SECONDS.toMillis(believed)));
        } else if (failure != null) {
            result.completeExceptionally(new UnknownHostException(host + ": " + failure.why()));
        } else {
            tryName(position + 1);
        }
    }
}
