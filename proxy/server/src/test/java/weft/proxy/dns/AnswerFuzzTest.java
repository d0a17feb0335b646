package weft.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages damaged in any way say something or nothing, but end, and never name an address that nobody may connect to. */
class AnswerFuzzTest {
    private static final long SEED = 20_261_201;
    private static final int MESSAGES = 5_000;
    private static final String NAME = "a.test.";
    private static final InetSocketAddress HERE = new InetSocketAddress("127.0.0.1", 53);

    /** Two aliases, two addresses, an authority. */
    private static byte[] whole() {
        DatagramDnsResponse response = new DatagramDnsResponse(HERE, HERE, 1);
        response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(NAME, DnsRecordType.A));
        add(response, DnsSection.ANSWER, NAME, DnsRecordType.CNAME, new byte[] {1, 'b', 4, 't', 'e', 's', 't', 0});
        add(response, DnsSection.ANSWER, "b.test.", DnsRecordType.CNAME, new byte[] {1, 'c', 4, 't', 'e', 's', 't', 0});
        add(response, DnsSection.ANSWER, "c.test.", DnsRecordType.A, new byte[] {10, 0, 0, 1});
        add(response, DnsSection.ANSWER, "c.test.", DnsRecordType.A, new byte[] {10, 0, 0, 2});
        add(response, DnsSection.AUTHORITY, "test.", DnsRecordType.SOA, new byte[24]);
        EmbeddedChannel encoder = new EmbeddedChannel(new DatagramDnsResponseEncoder());
        encoder.writeOutbound(response);
        DatagramPacket packet = encoder.readOutbound();
        byte[] bytes = new byte[packet.content().readableBytes()];
        packet.content().readBytes(bytes);
        packet.release();
        return bytes;
    }

    private static void add(
            DatagramDnsResponse response, DnsSection section, String name, DnsRecordType type, byte[] data) {
        response.addRecord(section, new DefaultDnsRawRecord(name, type, 30, Unpooled.wrappedBuffer(data)));
    }

    private static void read(EmbeddedChannel decoder, byte[] bytes, int length) {
        ByteBuf content = Unpooled.copiedBuffer(bytes, 0, length);
        DatagramDnsResponse response;
        try {
            decoder.writeInbound(new DatagramPacket(content, HERE, HERE));
            response = decoder.readInbound();
        } catch (DecoderException e) {
            return; // nobody sees it
        }
        if (response == null) {
            return;
        }
        try {
            if (Answer.of(response, NAME, DnsRecordType.A, 0) instanceof Answer.Addresses found) {
                assertThat(found.addresses()).isNotEmpty().hasSizeLessThan(length / 10);
                assertThat(found.addresses())
                        .noneMatch(InetAddress::isAnyLocalAddress)
                        .noneMatch(InetAddress::isMulticastAddress);
                assertThat(found.ttlSeconds()).isBetween(0L, (long) Integer.MAX_VALUE);
            }
        } catch (DecoderException | IndexOutOfBoundsException e) {
            // a name that cannot be read: NameQuery takes it for no answer
        } finally {
            response.release();
        }
    }

    @Test
    void damagedMessagesAreReadToAnEnd() {
        Random random = new Random(SEED);
        byte[] whole = whole();
        EmbeddedChannel decoder = new EmbeddedChannel(new DatagramDnsResponseDecoder());
        read(decoder, whole, whole.length);
        for (int i = 0; i < MESSAGES; i++) {
            byte[] bytes = whole.clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                int at = 2 + random.nextInt(bytes.length - 2);
                // Pointers and lengths do the most harm.
                bytes[at] = (byte) (random.nextInt(3) == 0 ? 0xC0 : random.nextInt(256));
            }
            read(decoder, bytes, random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length);
        }
    }

    @Test
    void theWholeMessageSaysWhatItMeans() {
        EmbeddedChannel decoder = new EmbeddedChannel(new DatagramDnsResponseDecoder());
        byte[] whole = whole();
        decoder.writeInbound(new DatagramPacket(Unpooled.copiedBuffer(whole), HERE, HERE));
        DatagramDnsResponse response = decoder.readInbound();
        assertThat(Answer.of(response, NAME, DnsRecordType.A, 0))
                .isInstanceOfSatisfying(
                        Answer.Addresses.class,
                        found -> assertThat(found.addresses()).hasSize(2));
        response.release();
    }
}
