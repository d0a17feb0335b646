package weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server name in the first bytes of a connection, however TLS records and TCP segments cut them. Confined to the
 * event loop.
 *
 * <p>Gathers the handshake message out of its records and reads it once it is whole. It is strict: what two readers could
 * understand in two ways is malformed, lest the upstream sees another name than the proxy.
 */
final class ClientHelloReader {
    /** Bytes looked at before giving up, record headers included; Envoy's bound. */
    static final int MAX_BYTES = 64 * 1024;

    private static final int HANDSHAKE_RECORD = 22;
    private static final int VERSION_MAJOR = 3;
    private static final int RECORD_HEADER_LENGTH = 5;
    private static final int MAX_RECORD_LENGTH = 1 << 14;
    private static final int MESSAGE_HEADER_LENGTH = 4;
    private static final int CLIENT_HELLO = 1;
    private static final int FIRST_SIZE = 1_024;

    /** What the bytes so far mean. */
    enum Verdict {
        NEEDS_MORE,
        /** A whole hello; see {@link #serverName}. */
        HELLO,
        /** Something else than TLS. */
        NOT_TLS,
        /** Begins like TLS but is no hello that can be understood. */
        MALFORMED,
        TOO_LARGE
    }

    private byte[] message = new byte[FIRST_SIZE];
    private int messageLength;
    private int headerLength;
    private int recordLengthHigh;
    private int recordLeft;
    private int seen;
    private @Nullable String serverName;

    /** Lower-case name the client asks for, or null when it names none. */
    @Nullable
    String serverName() {
        return serverName;
    }

    /** Looks at all readable bytes, which stay readable; to be called with each byte of the connection once. */
    Verdict read(ByteBuf data) {
        for (int i = data.readerIndex(); i < data.writerIndex(); ) {
            if (recordLeft == 0) {
                Verdict verdict = header(data.getUnsignedByte(i++));
                if (verdict != Verdict.NEEDS_MORE) {
                    return verdict;
                }
                continue;
            }
            int length = Math.min(recordLeft, data.writerIndex() - i);
            if (seen + length > MAX_BYTES) {
                return Verdict.TOO_LARGE;
            }
            append(data, i, length);
            i += length;
            Verdict verdict = message();
            if (verdict != Verdict.NEEDS_MORE) {
                return verdict;
            }
        }
        return Verdict.NEEDS_MORE;
    }

    /** One byte of a record's header: type, version, length. */
    private Verdict header(int value) {
        boolean isFirst = seen < RECORD_HEADER_LENGTH;
        seen++;
        switch (headerLength++) {
            case 0 -> {
                if (value != HANDSHAKE_RECORD) {
                    return isFirst ? Verdict.NOT_TLS : Verdict.MALFORMED;
                }
            }
            case 1 -> {
                if (value != VERSION_MAJOR) {
                    return isFirst ? Verdict.NOT_TLS : Verdict.MALFORMED;
                }
            }
            case 3 -> recordLengthHigh = value;
            case 4 -> {
                headerLength = 0;
                recordLeft = recordLengthHigh << Byte.SIZE | value;
                if (recordLeft == 0 || recordLeft > MAX_RECORD_LENGTH) {
                    return Verdict.MALFORMED;
                }
            }
            default -> {
                // the minor version means nothing
            }
        }
        return seen > MAX_BYTES ? Verdict.TOO_LARGE : Verdict.NEEDS_MORE;
    }

    private void append(ByteBuf data, int from, int length) {
        if (messageLength + length > message.length) {
            message = Arrays.copyOf(message, Math.max(messageLength + length, 2 * message.length));
        }
        data.getBytes(from, message, messageLength, length);
        messageLength += length;
        recordLeft -= length;
        seen += length;
    }

    private Verdict message() {
        if (messageLength > 0 && message[0] != CLIENT_HELLO) {
            return Verdict.MALFORMED;
        }
        if (messageLength < MESSAGE_HEADER_LENGTH) {
            return Verdict.NEEDS_MORE;
        }
        int length = (message[1] & 0xFF) << 16 | (message[2] & 0xFF) << 8 | message[3] & 0xFF;
        if (length + MESSAGE_HEADER_LENGTH > MAX_BYTES) {
            return Verdict.TOO_LARGE;
        }
        if (messageLength < length + MESSAGE_HEADER_LENGTH) {
            return Verdict.NEEDS_MORE;
        }
        ClientHello hello = ClientHello.parse(message, MESSAGE_HEADER_LENGTH, MESSAGE_HEADER_LENGTH + length);
        if (hello == null) {
            return Verdict.MALFORMED;
        }
        serverName = hello.serverName();
        return Verdict.HELLO;
    }
}
