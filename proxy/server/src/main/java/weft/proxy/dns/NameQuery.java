package weft.proxy.dns;

import io.netty.channel.AddressedEnvelope;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * One name and type asked for, server after server, until one knows. Confined to the resolver's thread.
 *
 * <p>A server that does not answer, or says that it cannot, is passed over; one that says there is no such name is believed.
 */
final class NameQuery {
    private final DnsNameResolver exchange;
    private final ResolverConfig config;
    private final DnsRecordType type;
    private final CompletableFuture<Answer> result = new CompletableFuture<>();
    private String name;
    private int hops;
    private long ttlSeconds = Long.MAX_VALUE;

    private NameQuery(DnsNameResolver exchange, ResolverConfig config, String name, DnsRecordType type) {
        this.exchange = exchange;
        this.config = config;
        this.name = name;
        this.type = type;
    }

    /** Never fails: what cannot be found out is an {@link Answer.Failure}. */
    static CompletableFuture<Answer> ask(
            DnsNameResolver exchange, ResolverConfig config, String name, DnsRecordType type) {
        NameQuery query = new NameQuery(exchange, config, name, type);
        query.ask(0, "no server");
        return query.result;
    }

    private void ask(int attempt, String failure) {
        if (attempt >= config.servers().size() * config.attempts()) {
            result.complete(new Answer.Failure(failure));
            return;
        }
        InetSocketAddress server =
                config.servers().get(attempt % config.servers().size());
        DefaultDnsQuestion question;
        try {
            question = new DefaultDnsQuestion(name, type);
        } catch (IllegalArgumentException e) {
            result.complete(failure(e)); // nothing that DNS could be asked for
            return;
        }
        exchange.query(server, question)
                .addListener((Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> sent) -> {
                    Answer answer = sent.isSuccess() ? read(sent.getNow()) : failure(sent.cause());
                    take(attempt, server, answer);
                });
    }

    private Answer read(AddressedEnvelope<DnsResponse, InetSocketAddress> envelope) {
        try {
            return Answer.of(envelope.content(), name, type, hops);
        } catch (RuntimeException e) {
            return failure(e); // names that cannot be read
        } finally {
            envelope.release();
        }
    }

    private static Answer failure(Throwable cause) {
        return new Answer.Failure(String.valueOf(cause.getMessage()));
    }

    private void take(int attempt, InetSocketAddress server, Answer answer) {
        if (answer instanceof Answer.Failure failure) {
            ask(attempt + 1, failure.why() + " from " + server);
        } else if (answer instanceof Answer.Alias alias) {
            name = alias.name();
            hops = alias.hops();
            ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds());
            ask(0, "");
        } else if (answer instanceof Answer.Addresses found) {
            result.complete(new Answer.Addresses(found.addresses(), Math.min(ttlSeconds, found.ttlSeconds())));
        } else if (answer instanceof Answer.None none) {
            result.complete(new Answer.None(Math.min(ttlSeconds, none.ttlSeconds())));
        }
    }
}
