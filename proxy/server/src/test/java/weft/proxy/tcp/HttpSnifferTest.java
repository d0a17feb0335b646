package weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import weft.proxy.tcp.HttpSniffer.Verdict;

class HttpSnifferTest {

    private static Verdict read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        Verdict whole = new HttpSniffer().read(Unpooled.wrappedBuffer(bytes));
        HttpSniffer slow = new HttpSniffer();
        Verdict verdict = Verdict.NEEDS_MORE;
        for (int i = 0; i < bytes.length && verdict == Verdict.NEEDS_MORE; i++) {
            verdict = slow.read(Unpooled.wrappedBuffer(bytes, i, 1));
        }
        assertThat(verdict).as(text).isEqualTo(whole);
        return whole;
    }

    @Test
    void requestLineIsHttpOnceItsVersionBegan() {
        assertThat(read("GET / HTTP/1.1\r\n")).isEqualTo(Verdict.HTTP);
        assertThat(read("x-Method https://a/?b HTTP/1.0\r\n")).isEqualTo(Verdict.HTTP);
        assertThat(read("GET / HTTP/1.")).isEqualTo(Verdict.HTTP);
        assertThat(read("GET / HTTP/1")).isEqualTo(Verdict.NEEDS_MORE);
        assertThat(read("")).isEqualTo(Verdict.NEEDS_MORE);
    }

    @Test
    void otherProtocolsAreNot() {
        assertThat(read("GET key\r\n")).isEqualTo(Verdict.OTHER);
        assertThat(read("*1\r\n$4\r\nPING\r\n")).isEqualTo(Verdict.OTHER);
        assertThat(read("EHLO me\r\n")).isEqualTo(Verdict.OTHER);
        assertThat(read("SSH-2.0-x y\r\n")).isEqualTo(Verdict.OTHER);
        assertThat(read(" GET / HTTP/1.1\r\n")).isEqualTo(Verdict.OTHER);
        assertThat(read("GET  / HTTP/1.1\r\n")).isEqualTo(Verdict.OTHER);
        assertThat(read("\u0016\u0003\u0001")).isEqualTo(Verdict.OTHER);
        assertThat(read("PRI * HTTP/2.0\r\n")).isEqualTo(Verdict.OTHER);
        assertThat(read("A".repeat(33))).isEqualTo(Verdict.OTHER);
    }

    @Test
    void endlessTargetIsLeftToTheCodec() {
        assertThat(read("GET /" + "a".repeat(9_000))).isEqualTo(Verdict.HTTP);
    }
}
