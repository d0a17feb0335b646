package weft.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A DNS server on loopback, over UDP and TCP, that says what a test has put into its zone, right or wrong. Thread-safe.
 *
 * <p>Messages are put together byte by byte, so that they can be such as no library would send.
 */
public final class DnsServer implements AutoCloseable {
    public static final int A = 1;
    public static final int CNAME = 5;
    public static final int SOA = 6;
    public static final int AAAA = 28;
    public static final int NOERROR = 0;
    public static final int SERVFAIL = 2;
    public static final int NXDOMAIN = 3;

    private static final int TRUNCATED = 0x0200;
    private static final int ANSWER = 0x8180;
    private static final int MAX_DATAGRAM = 512;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<String, Reply> zone = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean isSilent;
    private volatile UnaryOperator<byte[]> tampering = UnaryOperator.identity();

    /** One record. The data of a CNAME is a name, of an SOA its last number. */
    public record Entry(String name, int type, long ttl, String data) {}

    /** What is said to one question. Null for nothing. */
    public record Reply(int code, List<Entry> answers, List<Entry> authorities) {}

    public DnsServer() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        tcp = new ServerSocket(0, 50, loopback);
        udp = new DatagramSocket(tcp.getLocalPort(), loopback);
        start(this::serveUdp);
        start(this::serveTcp);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "dns-server");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    /** Addresses of a name; IPv6 ones by themselves answer for AAAA. */
    public DnsServer put(String name, long ttl, String... addresses) {
        List<Entry> four = new ArrayList<>();
        List<Entry> six = new ArrayList<>();
        for (String address : addresses) {
            boolean isSix = address.indexOf(':') >= 0;
            (isSix ? six : four).add(new Entry(name, isSix ? AAAA : A, ttl, address));
        }
        List<Entry> soa = List.of(new Entry("test.", SOA, 3_600, "2"));
        answer(name, A, new Reply(NOERROR, four, four.isEmpty() ? soa : List.of()));
        return answer(name, AAAA, new Reply(NOERROR, six, six.isEmpty() ? soa : List.of()));
    }

    public DnsServer answer(String name, int type, Reply reply) {
        zone.put(name + " " + type, reply);
        return this;
    }

    /** The same to both types of question. */
    public DnsServer answer(String name, Reply reply) {
        return answer(name, A, reply).answer(name, AAAA, reply);
    }

    public DnsServer fail(String name, int code) {
        return answer(name, new Reply(code, List.of(), List.of()));
    }

    /** Nothing is answered from now on, or is again. */
    public void silent(boolean is) {
        isSilent = is;
    }

    /** TCP connections are refused from now on. */
    public void withoutTcp() throws IOException {
        tcp.close();
    }

    /** Changes each message before it is sent. */
    public void tamper(UnaryOperator<byte[]> with) {
        tampering = with;
    }

    /** Names and types asked for, one each, with "tcp" where it came so. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private void serveUdp() {
        byte[] buffer = new byte[4_096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] reply = reply(Unpooled.copiedBuffer(buffer, 0, packet.getLength()), true);
                if (reply != null) {
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serveTcp() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    byte[] question = new byte[in.readUnsignedShort()];
                    in.readFully(question);
                    byte[] reply = reply(Unpooled.wrappedBuffer(question), false);
                    if (reply != null) {
                        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                        out.writeShort(reply.length);
                        out.write(reply);
                        out.flush();
                        socket.setSoTimeout(1_000);
                        in.read();
                    }
                } catch (IOException e) {
                    if (tcp.isClosed()) {
                        return;
                    }
                }
            }
        } catch (RuntimeException e) {
            throw new AssertionError(e);
        }
    }

    private byte @Nullable [] reply(ByteBuf question, boolean isUdp) {
        int id = question.readUnsignedShort();
        question.skipBytes(10);
        int from = question.readerIndex();
        StringBuilder name = new StringBuilder();
        for (int length = question.readUnsignedByte(); length > 0; length = question.readUnsignedByte()) {
            name.append(question.readCharSequence(length, StandardCharsets.US_ASCII))
                    .append('.');
        }
        int type = question.readUnsignedShort();
        question.skipBytes(2);
        byte[] asIs = new byte[question.readerIndex() - from];
        question.getBytes(from, asIs);
        asked.add(name + " " + type + (isUdp ? "" : " tcp"));
        Reply reply = zone.getOrDefault(name + " " + type, new Reply(NXDOMAIN, List.of(), List.of()));
        if (isSilent) {
            return null;
        }
        byte[] whole = message(id, asIs, reply, false);
        boolean isTooLong = isUdp && whole.length > MAX_DATAGRAM;
        return tampering.apply(
                isTooLong
                        ? message(
                                id,
                                asIs,
                                new Reply(reply.code(), reply.answers().subList(0, 1), List.of()),
                                true)
                        : whole);
    }

    private static byte[] message(int id, byte[] question, Reply reply, boolean isTruncated) {
        ByteBuf out = Unpooled.buffer();
        out.writeShort(id).writeShort(ANSWER | reply.code() | (isTruncated ? TRUNCATED : 0));
        out.writeShort(1).writeShort(reply.answers().size());
        out.writeShort(reply.authorities().size()).writeShort(0).writeBytes(question);
        reply.answers().forEach(entry -> write(out, entry));
        reply.authorities().forEach(entry -> write(out, entry));
        byte[] bytes = Arrays.copyOf(out.array(), out.readableBytes());
        out.release();
        return bytes;
    }

    private static void write(ByteBuf out, Entry entry) {
        name(out, entry.name());
        out.writeShort(entry.type()).writeShort(1).writeInt((int) entry.ttl());
        int length = out.writerIndex();
        out.writeShort(0);
        switch (entry.type()) {
            case CNAME -> name(out, entry.data());
            case SOA -> {
                name(out, "ns.test.");
                name(out, "root.test.");
                out.writeZero(16).writeInt(Integer.parseInt(entry.data()));
            }
            default -> {
                try {
                    out.writeBytes(InetAddress.getByName(entry.data()).getAddress());
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
        out.setShort(length, out.writerIndex() - length - 2);
    }

    private static void name(ByteBuf out, String name) {
        for (String label : name.split("\\.", -1)) {
            out.writeByte(label.length()).writeCharSequence(label, StandardCharsets.US_ASCII);
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
