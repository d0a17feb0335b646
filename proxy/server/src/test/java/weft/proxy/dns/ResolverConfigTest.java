package weft.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code resolv.conf} may say. */
class ResolverConfigTest {

    @Test
    void serversSearchDomainsAndOptionsAreRead() {
        ResolverConfig config = ResolverConfig.parse("""
                # comment
                nameserver 10.0.0.10
                nameserver fd00::10
                search shop.svc.cluster.local SVC.cluster.local. cluster.local
                options ndots:5 timeout:2 attempts:3 edns0
                """);
        assertThat(config)
                .isEqualTo(new ResolverConfig(
                        List.of(new InetSocketAddress("10.0.0.10", 53), new InetSocketAddress("fd00::10", 53)),
                        List.of("shop.svc.cluster.local", "svc.cluster.local", "cluster.local"),
                        5,
                        2_000,
                        3));
        assertThat(config.names("cart.shop"))
                .containsExactly(
                        "cart.shop.shop.svc.cluster.local.",
                        "cart.shop.svc.cluster.local.",
                        "cart.shop.cluster.local.",
                        "cart.shop.");
        assertThat(config.names("a.b.c.d.e.f")).startsWith("a.b.c.d.e.f.");
        assertThat(config.names("cart.")).containsExactly("cart.");
    }

    @Test
    void withoutAFileThisMachineIsAsked() {
        assertThat(ResolverConfig.parse(""))
                .isEqualTo(new ResolverConfig(List.of(new InetSocketAddress("127.0.0.1", 53)), List.of(), 1, 5_000, 2));
    }

    @Test
    void whatCannotBeIsPassedOverOrBounded() {
        ResolverConfig config = ResolverConfig.parse("""
                nameserver
                nameserver dns.example.com
                nameserver 10.0.0.1
                nameserver 10.0.0.2
                nameserver 10.0.0.3
                nameserver 10.0.0.4
                search
                options ndots:99 timeout:0 attempts:x
                """);
        assertThat(config.servers()).hasSize(3);
        assertThat(config.search()).isEmpty();
        assertThat(config.ndots()).isEqualTo(15);
        assertThat(config.timeoutMillis()).isEqualTo(1_000);
        assertThat(config.attempts()).isEqualTo(2);
    }
}
