package weft.proxy.health;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weft.proxy.upstream.HostResolver;

/** Probes a host by its name, which is looked up anew for each probe and away from the loop. Confined to the event loop. */
final class NamedProber implements Prober {
    private final String host;
    private final int port;
    private final HostResolver resolver;
    private final EventLoop eventLoop;
    private final Function<InetSocketAddress, Prober> at;
    private @Nullable InetSocketAddress address;
    private @Nullable Prober prober;
    private @Nullable Consumer<ProbeResult> asked;

    /** @param at makes the prober of an address, whenever the name has another one */
    NamedProber(
            String host, int port, HostResolver resolver, EventLoop eventLoop, Function<InetSocketAddress, Prober> at) {
        this.host = host;
        this.port = port;
        this.resolver = resolver;
        this.eventLoop = eventLoop;
        this.at = at;
    }

    @Override
    public void probe(Consumer<ProbeResult> then) {
        asked = then;
        resolver.resolve(host)
                .whenComplete((found, failure) ->
                        eventLoop.execute(() -> resolved(failure == null ? found.addresses() : List.of(), then)));
    }

    @SuppressWarnings("ReferenceEquality") // whether it is still the one asked
    private void resolved(List<InetAddress> addresses, Consumer<ProbeResult> then) {
        if (asked != then) {
            return;
        }
        if (addresses.isEmpty()) {
            then.accept(ProbeResult.network(host + " does not resolve"));
            return;
        }
        InetSocketAddress found = new InetSocketAddress(named(addresses.get(0)), port);
        Prober current = prober;
        if (current == null || !found.equals(address)) {
            close();
            current = at.apply(found);
            prober = current;
            address = found;
        }
        current.probe(then);
    }

    /** The address under the name, which TLS and HTTP tell the workload. */
    private InetAddress named(InetAddress address) {
        try {
            return InetAddress.getByAddress(host, address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of no length", e);
        }
    }

    @Override
    public void abort() {
        asked = null;
        if (prober != null) {
            prober.abort();
        }
    }

    @Override
    public void close() {
        if (prober != null) {
            prober.close();
        }
    }
}
