package weft.proxy.tcp;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS client says first, as far as the proxy asks (RFC 8446 section 4.1.2, RFC 6066 section 3). Immutable.
 *
 * @param serverName in lower case, or null when the client names none
 */
record ClientHello(@Nullable String serverName) {
    private static final int FIXED_LENGTH = 2 + 32;
    private static final int MAX_SESSION_ID = 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int MAX_NAME = 255;

    /** Walks a part of a message; a length that leads out of it makes the whole malformed. */
    private static final class Cursor {
        private final byte[] bytes;
        private final int end;
        private int at;

        Cursor(byte[] bytes, int from, int end) {
            this.bytes = bytes;
            this.at = from;
            this.end = end;
        }

        boolean isAtEnd() {
            return at == end;
        }

        /** A big-endian number of one or two bytes, or -1. */
        int number(int width) {
            if (end - at < width) {
                return -1;
            }
            int value = bytes[at] & 0xFF;
            if (width == 2) {
                value = value << Byte.SIZE | bytes[at + 1] & 0xFF;
            }
            at += width;
            return value;
        }

        boolean skip(int length) {
            if (length < 0 || length > end - at) {
                return false;
            }
            at += length;
            return true;
        }

        /** A part whose length of so many bytes stands before it, or null. */
        @Nullable
        Cursor part(int width) {
            int length = number(width);
            int from = at;
            return skip(length) ? new Cursor(bytes, from, at) : null;
        }

        int left() {
            return end - at;
        }
    }

    /** Reads a message body from one index up to another; null when it is malformed. */
    static @Nullable ClientHello parse(byte[] bytes, int from, int end) {
        Cursor body = new Cursor(bytes, from, end);
        if (!body.skip(FIXED_LENGTH)) {
            return null;
        }
        Cursor session = body.part(1);
        Cursor ciphers = session == null || session.left() > MAX_SESSION_ID ? null : body.part(2);
        Cursor compression = ciphers == null || ciphers.left() == 0 || ciphers.left() % 2 != 0 ? null : body.part(1);
        if (compression == null || compression.left() == 0) {
            return null;
        }
        if (body.isAtEnd()) {
            return new ClientHello(null);
        }
        Cursor extensions = body.part(2);
        return extensions == null || !body.isAtEnd() ? null : extensions(extensions);
    }

    private static @Nullable ClientHello extensions(Cursor extensions) {
        String name = null;
        while (!extensions.isAtEnd()) {
            int type = extensions.number(2);
            Cursor extension = type < 0 ? null : extensions.part(2);
            if (extension == null || type == SERVER_NAME && name != null) {
                return null;
            }
            if (type == SERVER_NAME) {
                name = serverName(extension);
                if (name == null) {
                    return null;
                }
            }
        }
        return new ClientHello(name);
    }

    /** The one name of the list, which may hold one only. */
    private static @Nullable String serverName(Cursor extension) {
        Cursor list = extension.part(2);
        if (list == null || !extension.isAtEnd() || list.number(1) != HOST_NAME) {
            return null;
        }
        Cursor name = list.part(2);
        if (name == null || !list.isAtEnd() || name.left() == 0 || name.left() > MAX_NAME) {
            return null;
        }
        for (int i = name.at; i < name.end; i++) {
            if (!isNameByte(name.bytes[i])) {
                return null;
            }
        }
        return new String(name.bytes, name.at, name.left(), StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    }

    /** Letters, digits, dash, dot, and the underscore of names like {@code outbound_.80_._.host}. */
    private static boolean isNameByte(byte b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '.' || b == '_';
    }
}
