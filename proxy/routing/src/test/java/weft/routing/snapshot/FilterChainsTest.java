package weft.routing.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.snapshot.NetworkFilter.TcpProxy;

class FilterChainsTest {
    private static final byte[] ADDRESS = {10, 1, 2, 3};

    private static FilterChain chain(String name, int port, List<String> blocks, List<String> names, boolean tls) {
        List<CidrRange> ranges = blocks.stream().map(FilterChainsTest::block).toList();
        return new FilterChain(
                name, new FilterChainMatch(port, ranges, names, tls), null, new TcpProxy(List.of(), name, 0, 0, null));
    }

    private static CidrRange block(String text) {
        return Objects.requireNonNull(CidrRange.parse(text));
    }

    private static @Nullable String pick(int port, @Nullable String sni, boolean tls, FilterChain... chains) {
        FilterChain chain = new FilterChains(List.of(chains)).select(ADDRESS, port, sni, tls);
        return chain == null ? null : chain.name();
    }

    @Test
    void portBeatsAddressAndName() {
        FilterChain byPort = chain("port", 443, List.of(), List.of(), false);
        FilterChain byAddress = chain("address", 0, List.of("10.1.2.3/32"), List.of("a.com"), true);

        assertThat(pick(443, "a.com", true, byAddress, byPort)).isEqualTo("port");
        assertThat(pick(444, "a.com", true, byAddress, byPort)).isEqualTo("address");
        assertThat(pick(444, "b.com", true, byAddress, byPort)).isNull();
    }

    @Test
    void mostSpecificBlockWinsAndIsFinal() {
        FilterChain wide = chain("wide", 0, List.of("10.0.0.0/8"), List.of("a.com"), true);
        FilterChain narrow = chain("narrow", 0, List.of("10.1.0.0/16", "192.168.0.0/16"), List.of("b.com"), true);
        FilterChain any = chain("any", 0, List.of(), List.of(), false);

        assertThat(pick(1, "b.com", true, any, wide, narrow)).isEqualTo("narrow");
        assertThat(pick(1, "a.com", true, any, wide, narrow)).isNull();
    }

    @Test
    void exactNameBeatsLongestSuffixBeatsNone() {
        FilterChain none = chain("none", 0, List.of(), List.of(), false);
        FilterChain wide = chain("wide", 0, List.of(), List.of("*.com"), true);
        FilterChain narrow = chain("narrow", 0, List.of(), List.of("*.foo.com"), true);
        FilterChain exact = chain("exact", 0, List.of(), List.of("a.foo.com"), true);

        assertThat(pick(1, "A.foo.com", true, none, wide, narrow, exact)).isEqualTo("exact");
        assertThat(pick(1, "b.foo.com", true, none, wide, narrow, exact)).isEqualTo("narrow");
        assertThat(pick(1, "foo.com", true, none, wide, narrow, exact)).isEqualTo("wide");
        assertThat(pick(1, "foo.org", true, none, wide, narrow, exact)).isEqualTo("none");
        assertThat(pick(1, null, false, none, wide, narrow, exact)).isEqualTo("none");
        assertThat(pick(1, ".foo.com", true, narrow)).isNull();
    }

    @Test
    void chainForTlsYieldsPlainConnectionsToTheOther() {
        FilterChain plain = chain("plain", 0, List.of(), List.of(), false);
        FilterChain tls = chain("tls", 0, List.of(), List.of(), true);

        assertThat(pick(1, null, true, plain, tls)).isEqualTo("tls");
        assertThat(pick(1, null, false, plain, tls)).isEqualTo("plain");
        assertThat(pick(1, null, false, tls)).isNull();
    }

    @Test
    void anyServerNameStillAsksForTls() {
        FilterChain all = chain("all", 0, List.of(), List.of("*"), true);

        assertThat(pick(1, "x.org", true, all)).isEqualTo("all");
        assertThat(pick(1, null, false, all)).isNull();
    }

    @Test
    void blocksOfBothFamiliesAreReadAndNothingElse() {
        assertThat(CidrRange.parse("10.1.2.3/8")).hasToString("10.0.0.0/8").isEqualTo(CidrRange.parse("10.0.0.0/8"));
        assertThat(CidrRange.parse("2001:db8::1/33")).hasToString("2001:db8:0:0:0:0:0:0/33");
        assertThat(CidrRange.parse("::ffff:10.1.2.3")).isEqualTo(CidrRange.parse("10.1.2.3"));
        assertThat(block("0.0.0.0/0").contains(ADDRESS)).isTrue();
        assertThat(block("0.0.0.0/0").contains(new byte[16])).isFalse();
        assertThat(block("::/0").contains(new byte[16])).isTrue();
        for (String wrong : List.of("", "10.1.2", "10.1.2.256", "10.1.2.3/33", "a.com", ":::", "1::2::3", "::/129")) {
            assertThat(CidrRange.parse(wrong)).as(wrong).isNull();
        }
    }

    @Test
    void helloIsNeededWhereAChainInReachAsksForIt() {
        FilterChain plain = chain("plain", 0, List.of(), List.of(), false);
        FilterChain tls = chain("tls", 443, List.of(), List.of("a.com"), true);
        FilterChain far = chain("far", 443, List.of("192.168.0.0/16"), List.of(), true);
        FilterChain near = chain("near", 80, List.of("10.0.0.0/8"), List.of(), false);

        assertThat(new FilterChains(List.of(plain)).needClientHello(ADDRESS, 443))
                .isFalse();
        assertThat(new FilterChains(List.of(plain, tls)).needClientHello(ADDRESS, 443))
                .isTrue();
        assertThat(new FilterChains(List.of(plain, tls)).needClientHello(ADDRESS, 80))
                .isFalse();
        assertThat(new FilterChains(List.of(plain, far)).needClientHello(ADDRESS, 443))
                .isFalse();
        assertThat(new FilterChains(List.of(tls, near)).needClientHello(ADDRESS, 80))
                .isFalse();
    }
}
