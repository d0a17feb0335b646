package weft.publish.explain;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of a stream, none of which takes more than a bound of memory. Confined to the calling thread. */
public final class BoundedLines {
    /** Longest line read, in bytes: a request with its header fields is far shorter. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final Runnable beforeRead;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;

    /** @param beforeRead runs before each read, which may wait for whoever writes the lines */
    public BoundedLines(InputStream in, Runnable beforeRead) {
        this.in = in;
        this.beforeRead = beforeRead;
    }

    /**
     * One line without its end.
     *
     * @param bytes what was kept of it
     * @param length of the line as it stood there
     */
    public record Line(byte[] bytes, long length) {
        public boolean isTooLong() {
            return length > bytes.length;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Line that && length == that.length && java.util.Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return java.util.Arrays.hashCode(bytes);
        }
    }

    /** The next line, or null at the end; of one that is too long, nothing beyond the bound is kept. */
    public @Nullable Line next() throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(256);
        long length = 0;
        boolean isAny = false;
        while (true) {
            if (position == limit) {
                beforeRead.run();
                limit = in.read(buffer);
                position = 0;
                if (limit < 0) {
                    limit = 0;
                    return isAny ? line(kept, length) : null;
                }
            }
            isAny |= position < limit;
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            int room = Math.max(0, Math.min(end - position, MAX_BYTES - kept.size()));
            kept.write(buffer, position, room);
            length += end - position;
            boolean isEnded = end < limit;
            position = isEnded ? end + 1 : end;
            if (isEnded) {
                return line(kept, length);
            }
        }
    }

    private static Line line(ByteArrayOutputStream kept, long length) {
        return new Line(kept.toByteArray(), length);
    }
}
