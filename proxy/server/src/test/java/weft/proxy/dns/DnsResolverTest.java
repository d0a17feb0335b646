package weft.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.proxy.testing.DnsServer.A;
import static weft.proxy.testing.DnsServer.AAAA;
import static weft.proxy.testing.DnsServer.CNAME;
import static weft.proxy.testing.DnsServer.NOERROR;
import static weft.proxy.testing.DnsServer.NXDOMAIN;
import static weft.proxy.testing.DnsServer.SERVFAIL;
import static weft.proxy.testing.DnsServer.SOA;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weft.proxy.testing.DnsServer;
import weft.proxy.testing.DnsServer.Entry;
import weft.proxy.testing.DnsServer.Reply;
import weft.proxy.upstream.HostResolver.Resolution;

/** Names asked of a real DNS server over UDP and TCP that flaps, truncates, keeps silent and lies. */
@Timeout(30)
class DnsResolverTest {
    @TempDir
    private Path directory;

    private final AtomicLong nanos = new AtomicLong(1);
    private DnsServer server;
    private DnsServer second;
    private DnsResolver resolver;

    @BeforeEach
    void start() throws IOException {
        server = new DnsServer();
        second = new DnsServer();
        Files.writeString(conf(), "search mesh.test test\noptions ndots:2 timeout:1 attempts:1\n");
        resolver = new DnsResolver(
                new DnsResolver.Settings(conf(), hosts(), List.of(server.address(), second.address()), true),
                nanos::get);
    }

    @AfterEach
    void stop() throws IOException {
        resolver.close();
        server.close();
        second.close();
    }

    private Path conf() {
        return directory.resolve("resolv.conf");
    }

    private Path hosts() {
        return directory.resolve("hosts");
    }

    private Resolution resolve(String host) throws Exception {
        try {
            return resolver.resolve(host).get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private List<String> addresses(String host) throws Exception {
        return resolve(host).addresses().stream()
                .map(InetAddress::getHostAddress)
                .toList();
    }

    private static Entry entry(String name, int type, long ttl, String data) {
        return new Entry(name, type, ttl, data);
    }

    private static Reply of(Entry... answers) {
        return new Reply(NOERROR, List.of(answers), List.of());
    }

    private void passSeconds(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void addressesOfBothFamiliesComeWithTheLeastTimeToLive() throws Exception {
        server.put("a.b.test.", 30, "10.0.0.2", "10.0.0.1", "2001:db8::1");
        Resolution found = resolve("a.b.test");
        assertThat(found.addresses())
                .extracting(InetAddress::getHostAddress)
                .containsExactly("10.0.0.2", "10.0.0.1", "2001:db8:0:0:0:0:0:1");
        assertThat(found.ttlMillis()).as("AAAA in 30 s too").isEqualTo(30_000);
    }

    @Test
    void anAnswerIsKeptForItsTimeToLiveAndNoLonger() throws Exception {
        server.put("a.b.test.", 30, "10.0.0.1");
        // There is no AAAA for two seconds only; that there is an A for thirty is what counts.
        assertThat(addresses("a.b.test")).containsExactly("10.0.0.1");
        server.put("a.b.test.", 30, "10.0.0.2");
        passSeconds(29);
        assertThat(addresses("A.b.Test")).containsExactly("10.0.0.1");
        assertThat(resolve("a.b.test").ttlMillis()).isEqualTo(1_000);
        assertThat(server.asked()).hasSize(2);
        passSeconds(1);
        assertThat(addresses("a.b.test")).containsExactly("10.0.0.2");
    }

    @Test
    void anAnswerThatMayNotBeKeptIsNot() throws Exception {
        server.put("a.b.test.", 0, "10.0.0.1");
        assertThat(resolve("a.b.test").ttlMillis()).isZero();
        server.put("a.b.test.", 0, "10.0.0.2");
        assertThat(addresses("a.b.test")).containsExactly("10.0.0.2");
        server.put("a.b.test.", 0xFFFF_FFFFL, "10.0.0.3");
        assertThat(resolve("a.b.test").ttlMillis()).as("no number of RFC 2181").isZero();
    }

    @Test
    void manyWhoAskAtOnceAskOnce() throws Exception {
        server.put("a.b.test.", 30, "10.0.0.1");
        List<CompletableFuture<Resolution>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(resolver.resolve("a.b.test"));
        }
        for (CompletableFuture<Resolution> each : all) {
            assertThat(each.get(10, TimeUnit.SECONDS).addresses()).hasSize(1);
        }
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void moreNamesThanMayBeAskedForAtOnceAllGetTheirAnswers() throws Exception {
        List<CompletableFuture<Resolution>> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            server.put("n" + i + ".b.test.", 30, "10.0.1." + i % 250);
            all.add(resolver.resolve("n" + i + ".b.test"));
        }
        for (CompletableFuture<Resolution> each : all) {
            assertThat(each.get(10, TimeUnit.SECONDS).addresses()).hasSize(1);
        }
    }

    @Test
    void aliasesAreFollowedWithinAMessageAndBeyondAndTheShortestLifeCounts() throws Exception {
        server.answer(
                "a.b.test.",
                A,
                of(
                        entry("c.b.test.", A, 50, "10.0.0.1"),
                        entry("a.b.test.", CNAME, 40, "B.b.test."),
                        entry("b.b.test.", CNAME, 20, "c.b.test.")));
        server.answer("a.b.test.", AAAA, of(entry("a.b.test.", CNAME, 40, "d.b.test.")));
        server.answer("d.b.test.", AAAA, of(entry("d.b.test.", AAAA, 30, "2001:db8::1")));
        Resolution found = resolve("a.b.test");
        assertThat(found.addresses()).hasSize(2);
        assertThat(found.ttlMillis()).isEqualTo(20_000);
    }

    @Test
    void aLoopOfAliasesEndsInAFailure() {
        server.answer("a.b.test.", of(entry("a.b.test.", CNAME, 40, "b.b.test.")));
        server.answer("b.b.test.", of(entry("b.b.test.", CNAME, 40, "a.b.test.")));
        second.answer("a.b.test.", of(entry("a.b.test.", CNAME, 40, "a.b.test.")));
        second.answer("b.b.test.", of(entry("b.b.test.", CNAME, 40, "b.b.test.")));
        assertThatThrownBy(() -> resolve("a.b.test"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("aliases");
        assertThat(server.asked().size() + second.asked().size()).isLessThan(100);
    }

    @Test
    void whatIsSaidOfOtherNamesIsNotBelieved() throws Exception {
        server.answer(
                "a.b.test.",
                A,
                of(
                        entry("bank.test.", A, 1_000, "10.6.6.6"),
                        entry("a.b.test.", A, 30, "10.0.0.1"),
                        entry("a.b.test.", A, 30, "0.0.0.0"),
                        entry("a.b.test.", A, 30, "224.0.0.1"),
                        entry("a.b.test.", AAAA, 30, "2001:db8::6")));
        assertThat(addresses("a.b.test")).containsExactly("10.0.0.1");
        assertThat(addresses("bank.test.")).isEmpty();
    }

    @Test
    void aTruncatedAnswerIsAskedForAgainOverTcp() throws Exception {
        String[] many = new String[200];
        for (int i = 0; i < many.length; i++) {
            many[i] = "10.0.2." + i;
        }
        server.put("a.b.test.", 30, many);
        assertThat(addresses("a.b.test")).hasSize(200).containsExactly(many);
        assertThat(server.asked()).contains("a.b.test. 1 tcp");
    }

    @Test
    void partOfAnAnswerIsNone() throws Exception {
        String[] many = new String[200];
        for (int i = 0; i < many.length; i++) {
            many[i] = "10.0.2." + i;
        }
        server.put("a.b.test.", 30, many);
        server.withoutTcp();
        second.put("a.b.test.", 30, "10.0.0.9");
        assertThat(addresses("a.b.test")).containsExactly("10.0.0.9");
    }

    @Test
    void aServerThatFailsOrKeepsSilentIsPassedOver() throws Exception {
        server.fail("a.b.test.", SERVFAIL);
        second.put("a.b.test.", 30, "10.0.0.9");
        assertThat(addresses("a.b.test")).containsExactly("10.0.0.9");
        server.silent(true);
        second.put("c.b.test.", 30, "10.0.0.8");
        assertThat(addresses("c.b.test")).containsExactly("10.0.0.8");
    }

    @Test
    void whenNoServerKnowsItFailsAndIsNotAskedForAgainAtOnce() {
        server.fail("a.b.test.", SERVFAIL);
        second.fail("a.b.test.", SERVFAIL);
        assertThatThrownBy(() -> resolve("a.b.test"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("ServFail");
        int asked = server.asked().size();
        assertThatThrownBy(() -> resolve("a.b.test")).isInstanceOf(UnknownHostException.class);
        assertThat(server.asked()).hasSize(asked);
        passSeconds(2);
        server.put("a.b.test.", 30, "10.0.0.1");
        assertThat(resolver.resolve("a.b.test")).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void aNameThatIsNotThereIsAnAnswerThatIsKeptForAsLongAsItsZoneSays() throws Exception {
        Reply none = new Reply(NXDOMAIN, List.of(), List.of(entry("test.", SOA, 3_600, "3")));
        for (String name : List.of("a.b.test.", "a.b.test.mesh.test.", "a.b.test.test.")) {
            server.answer(name, none);
        }
        Resolution found = resolve("a.b.test");
        assertThat(found.addresses()).isEmpty();
        assertThat(found.ttlMillis()).isEqualTo(3_000);
        server.put("a.b.test.", 30, "10.0.0.1");
        passSeconds(2);
        assertThat(addresses("a.b.test")).isEmpty();
        passSeconds(1);
        assertThat(addresses("a.b.test")).containsExactly("10.0.0.1");
    }

    @Test
    void oneFamilyServesWhileTheOtherFails() throws Exception {
        server.put("a.b.test.", 300, "10.0.0.1");
        server.answer("a.b.test.", AAAA, new Reply(SERVFAIL, List.of(), List.of()));
        second.answer("a.b.test.", AAAA, new Reply(SERVFAIL, List.of(), List.of()));
        Resolution found = resolve("a.b.test");
        assertThat(found.addresses()).hasSize(1);
        assertThat(found.ttlMillis()).as("soon asked again").isEqualTo(30_000);
    }

    @Test
    void aShortNameIsLookedForInTheSearchDomainsFirst() throws Exception {
        server.put("cart.test.", 30, "10.0.0.1");
        server.put("cart.", 30, "10.6.6.6");
        assertThat(addresses("cart")).containsExactly("10.0.0.1");
        assertThat(addresses("cart.")).containsExactly("10.6.6.6");
        server.put("two.dots.here.", 30, "10.0.0.2");
        assertThat(addresses("two.dots.here")).containsExactly("10.0.0.2");
        assertThat(server.asked()).doesNotContain("two.dots.here.mesh.test. 1");
    }

    @Test
    void aServersBadDayTurnsNoHostIntoAnother() {
        server.fail("cart.mesh.test.", SERVFAIL);
        second.fail("cart.mesh.test.", SERVFAIL);
        server.put("cart.test.", 30, "10.6.6.6");
        assertThatThrownBy(() -> resolve("cart")).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void theHostsFileComesFirstAndIsReadAgainWhenItChanges() throws Exception {
        Files.writeString(hosts(), "10.1.1.1 Cart.mesh cart # ours\n::1 six\n");
        assertThat(addresses("cart.MESH")).containsExactly("10.1.1.1");
        assertThat(addresses("six")).containsExactly("0:0:0:0:0:0:0:1");
        Files.writeString(hosts(), "10.1.1.1 other\n10.1.1.22 cart\n10.1.1.23 cart\n");
        assertThat(addresses("cart")).containsExactly("10.1.1.22", "10.1.1.23");
        assertThat(addresses("localhost")).containsExactly("127.0.0.1");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void forgedAndBrokenMessagesAreNotBelieved() throws Exception {
        server.put("a.b.test.", 30, "10.6.6.6");
        second.put("a.b.test.", 30, "10.0.0.1");
        server.tamper(message -> {
            message[1] ^= 0x55; // another id
            return message;
        });
        assertThat(addresses("a.b.test")).as("wrong id").containsExactly("10.0.0.1");
        passSeconds(31);
        server.tamper(message -> {
            message[13] ^= 1; // another name in the question
            return message;
        });
        assertThat(addresses("a.b.test")).as("another question").containsExactly("10.0.0.1");
    }

    @Test
    void whatIsNoNameFailsWithoutAQuestion() {
        for (String host : List.of("a..b", "x".repeat(64) + ".test", "*.b.test".repeat(40))) {
            assertThatThrownBy(() -> resolve(host)).isInstanceOf(UnknownHostException.class);
        }
    }

    @Test
    void aResolverThatIsClosedSaysSo() {
        resolver.close();
        assertThat(resolver.resolve("a.b.test")).failsWithin(1, TimeUnit.SECONDS);
    }
}
