package weft.proxy.tcp;

import io.netty.buffer.ByteBuf;

/**
 * Tells HTTP/1 from anything else by the first line of a connection, as Envoy's HTTP inspector. Confined to the event loop.
 *
 * <p>A method alone says too little: {@code GET key} is Redis. So the line is awaited up to its version, and the first byte
 * that cannot stand there decides.
 */
final class HttpSniffer {
    /** A line that is still HTTP after so many bytes is HTTP: the codec will say what it thinks of it. */
    private static final int MAX_LINE = 8 * 1024;

    private static final int MAX_METHOD = 32;
    private static final String VERSION = "HTTP/1.";
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    enum Verdict {
        NEEDS_MORE,
        HTTP,
        OTHER
    }

    private enum Part {
        METHOD,
        TARGET,
        VERSION
    }

    private Part part = Part.METHOD;
    private int length;
    private int seen;

    /** Looks at all readable bytes, which stay readable; to be called with each byte of the connection once. */
    Verdict read(ByteBuf data) {
        for (int i = data.readerIndex(); i < data.writerIndex(); i++) {
            Verdict verdict = next(data.getByte(i));
            if (verdict != Verdict.NEEDS_MORE) {
                return verdict;
            }
        }
        return Verdict.NEEDS_MORE;
    }

    private Verdict next(byte b) {
        if (++seen > MAX_LINE) {
            return Verdict.HTTP;
        }
        boolean fits = switch (part) {
            case METHOD -> b == ' ' ? ends(Part.TARGET) : isToken(b) && ++length <= MAX_METHOD;
            case TARGET -> b == ' ' ? ends(Part.VERSION) : b > ' ' && b != 0x7F && ++length > 0;
            case VERSION -> b == VERSION.charAt(length++);
        };
        if (!fits) {
            return Verdict.OTHER;
        }
        return part == Part.VERSION && length == VERSION.length() ? Verdict.HTTP : Verdict.NEEDS_MORE;
    }

    private boolean ends(Part next) {
        boolean isThere = length > 0;
        part = next;
        length = 0;
        return isThere;
    }

    private static boolean isToken(byte b) {
        return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || TOKEN_MARKS.indexOf(b) >= 0;
    }
}
