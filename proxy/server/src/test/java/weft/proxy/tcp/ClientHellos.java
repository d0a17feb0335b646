package weft.proxy.tcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** TLS hellos: those of the JDK's own client, and hand-made ones with whatever is wrong with them. */
final class ClientHellos {
    private ClientHellos() {}

    /** One record as the JDK's client sends it. */
    static byte[] ofJdk(@Nullable String serverName, String protocol) {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(new String[] {protocol});
            if (serverName != null) {
                parameters.setServerNames(List.of(new SNIHostName(serverName)));
            }
            engine.setSSLParameters(parameters);
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            byte[] bytes = new byte[out.flip().remaining()];
            out.get(bytes);
            return bytes;
        } catch (SSLException | java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** The message of a hello with these extensions, without its header. */
    static byte[] body(byte[]... extensions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {3, 3});
        out.writeBytes(new byte[32]);
        out.write(0);
        out.writeBytes(new byte[] {0, 2, 0x13, 1});
        out.writeBytes(new byte[] {1, 0});
        byte[] all = concat(extensions);
        out.writeBytes(number(all.length, 2));
        out.writeBytes(all);
        return out.toByteArray();
    }

    static byte[] extension(int type, byte[] data) {
        return concat(number(type, 2), number(data.length, 2), data);
    }

    static byte[] serverName(String name) {
        byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
        byte[] entry = concat(new byte[] {0}, number(text.length, 2), text);
        return extension(0, concat(number(entry.length, 2), entry));
    }

    static byte[] message(byte[] body) {
        return concat(new byte[] {1}, number(body.length, 3), body);
    }

    /** The message in records of at most so many bytes. */
    static byte[] records(byte[] message, int size) {
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < message.length; i += size) {
            int length = Math.min(size, message.length - i);
            parts.add(concat(new byte[] {22, 3, 1}, number(length, 2)));
            parts.add(java.util.Arrays.copyOfRange(message, i, i + length));
        }
        return concat(parts.toArray(byte[][]::new));
    }

    static byte[] number(int value, int width) {
        byte[] bytes = new byte[width];
        for (int i = 0; i < width; i++) {
            bytes[i] = (byte) (value >> Byte.SIZE * (width - 1 - i));
        }
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
