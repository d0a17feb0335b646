package weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.tcp.ClientHellos.body;
import static weft.proxy.tcp.ClientHellos.concat;
import static weft.proxy.tcp.ClientHellos.extension;
import static weft.proxy.tcp.ClientHellos.message;
import static weft.proxy.tcp.ClientHellos.number;
import static weft.proxy.tcp.ClientHellos.records;
import static weft.proxy.tcp.ClientHellos.serverName;

import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.proxy.tcp.ClientHelloReader.Verdict;

/** What is made of the first bytes of a connection. */
class ClientHelloReaderTest {
    private static final long SEED = 20_261_125;

    private record Outcome(Verdict verdict, @Nullable String name) {}

    private static final Outcome A_TEST = new Outcome(Verdict.HELLO, "a.test");
    private static final Outcome MALFORMED = new Outcome(Verdict.MALFORMED, null);

    /** Reads in pieces that end at these positions. */
    private static Outcome read(byte[] bytes, int... cuts) {
        ClientHelloReader reader = new ClientHelloReader();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : bytes.length;
            Verdict verdict = reader.read(Unpooled.wrappedBuffer(bytes, from, to - from));
            if (verdict != Verdict.NEEDS_MORE) {
                return new Outcome(verdict, reader.serverName());
            }
            from = to;
        }
        return new Outcome(Verdict.NEEDS_MORE, null);
    }

    private static Outcome readBody(byte[] body) {
        return read(records(message(body), 1 << 14));
    }

    @Test
    void nameIsFoundInWhatTheJdkSends() {
        for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
            assertThat(read(ClientHellos.ofJdk("A.Test", protocol))).isEqualTo(A_TEST);
            assertThat(read(ClientHellos.ofJdk(null, protocol))).isEqualTo(new Outcome(Verdict.HELLO, null));
        }
    }

    @Test
    void everySplitOfSegmentsAndRecordsGivesTheSame() {
        byte[] hello = ClientHellos.ofJdk("a.test", "TLSv1.3");
        for (int cut = 1; cut < hello.length; cut++) {
            assertThat(read(hello, cut)).as("cut at " + cut).isEqualTo(A_TEST);
        }
        byte[] message = message(body(extension(10, new byte[4]), serverName("a.test")));
        for (int size = 1; size <= message.length; size++) {
            byte[] bytes = records(message, size);
            int[] each = new int[bytes.length - 1];
            Arrays.setAll(each, i -> i + 1);
            assertThat(read(bytes)).as("records of " + size).isEqualTo(A_TEST);
            assertThat(read(bytes, each)).as("bytes of records of " + size).isEqualTo(A_TEST);
        }
    }

    @Test
    void nothingIsDecidedBeforeTheHelloIsWhole() {
        byte[] hello = ClientHellos.ofJdk("a.test", "TLSv1.3");
        for (int length = 0; length < hello.length; length++) {
            assertThat(read(Arrays.copyOf(hello, length)).verdict()).isEqualTo(Verdict.NEEDS_MORE);
        }
    }

    @Test
    void otherProtocolsAreNotTls() {
        assertThat(read(new byte[] {'G'}).verdict()).isEqualTo(Verdict.NOT_TLS);
        assertThat(read(new byte[] {0x16, 'x'}).verdict()).isEqualTo(Verdict.NOT_TLS);
        assertThat(read(new byte[] {(byte) 0x80, 0x2E, 1, 3, 1}).verdict()).isEqualTo(Verdict.NOT_TLS);
        assertThat(read(new byte[] {0x15, 3, 1, 0, 2, 1, 0}).verdict()).isEqualTo(Verdict.NOT_TLS);
    }

    @Test
    void whatTwoReadersMayUnderstandDifferentlyIsMalformed() {
        byte[] name = serverName("a.test");
        assertThat(readBody(body(name, serverName("b.test")))).isEqualTo(MALFORMED);
        byte[] entry = concat(new byte[] {0}, number(1, 2), new byte[] {'a'});
        assertThat(readBody(body(extension(0, concat(number(2 * entry.length, 2), entry, entry)))))
                .isEqualTo(MALFORMED);
        assertThat(readBody(body(extension(0, concat(number(entry.length, 2), entry, new byte[1])))))
                .isEqualTo(MALFORMED);
        assertThat(readBody(body(extension(0, new byte[0])))).isEqualTo(MALFORMED);
        assertThat(readBody(body(extension(0, number(0, 2))))).isEqualTo(MALFORMED);
        assertThat(readBody(concat(body(name), new byte[1]))).isEqualTo(MALFORMED);
        for (String bad : new String[] {"", "a\0.test", "a test", "\u00e4.test", "a/b", "a".repeat(256)}) {
            assertThat(readBody(body(serverName(bad)))).as(bad).isEqualTo(MALFORMED);
        }
        assertThat(readBody(body(serverName("outbound_.80_._.a-b.svc"))).name()).isEqualTo("outbound_.80_._.a-b.svc");
    }

    @Test
    void brokenRecordsAreMalformed() {
        byte[] message = message(body(serverName("a.test")));
        assertThat(read(concat(new byte[] {22, 3, 1, 0, 0}, records(message, 100))))
                .isEqualTo(MALFORMED);
        assertThat(read(concat(new byte[] {22, 3, 1}, number((1 << 14) + 1, 2))))
                .isEqualTo(MALFORMED);
        byte[] interrupted = concat(
                records(Arrays.copyOf(message, 10), 10),
                new byte[] {23, 3, 3, 0, 1, 0},
                records(Arrays.copyOfRange(message, 10, message.length), 100));
        assertThat(read(interrupted)).isEqualTo(MALFORMED);
        message[0] = 2;
        assertThat(read(records(message, 100))).isEqualTo(MALFORMED);
    }

    @Test
    void largeHelloIsGivenUpByWhatItSaysAndByWhatItSends() {
        byte[] announced = concat(new byte[] {22, 3, 1, 0, 4, 1}, number(0xFF_FF_FF, 3));
        assertThat(read(announced).verdict()).isEqualTo(Verdict.TOO_LARGE);

        byte[] fits = message(body(extension(21, new byte[60_000]), serverName("a.test")));
        assertThat(read(records(fits, 1 << 14))).isEqualTo(A_TEST);
        // the same in records of one byte each is six times as long
        assertThat(read(records(fits, 1)).verdict()).isEqualTo(Verdict.TOO_LARGE);
    }

    /** Any damage ends in some verdict, the same for the whole as for its bytes one by one, and never in an exception. */
    @Test
    void damageIsJudgedTheSameHoweverItIsCut() {
        Random random = new Random(SEED);
        byte[][] seeds = {
            ClientHellos.ofJdk("a.test", "TLSv1.3"),
            ClientHellos.ofJdk("a.test", "TLSv1.2"),
            records(message(body(serverName("a.test"), extension(16, new byte[9]))), 7)
        };
        int hellos = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = seeds[random.nextInt(seeds.length)].clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int[] each = new int[bytes.length - 1];
            Arrays.setAll(each, i -> i + 1);
            Outcome whole = read(bytes);
            assertThat(read(bytes, each)).as("seed " + SEED + " round " + round).isEqualTo(whole);
            assertThat(read(bytes, random.nextInt(bytes.length))).isEqualTo(whole);
            hellos += whole.verdict() == Verdict.HELLO ? 1 : 0;
        }
        assertThat(hellos).isBetween(1_000, 19_000);
    }
}
