package weft.proxy.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 message as it stood on the wire. Immutable. */
public record HttpMessage(String startLine, List<String> fields, byte[] body, long bodyLength, List<String> trailers) {

    public int status() {
        return Integer.parseInt(startLine.split(" ", 3)[1]);
    }

    public String method() {
        return startLine.split(" ", 3)[0];
    }

    public String target() {
        return startLine.split(" ", 3)[1];
    }

    public String text() {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** First value of a field, or null. */
    public @Nullable String field(String name) {
        return fieldIn(fields, name);
    }

    public List<String> fieldsNamed(String name) {
        String prefix = name.toLowerCase(Locale.ROOT) + ":";
        return fields.stream()
                .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(prefix))
                .map(field -> field.substring(prefix.length()).trim())
                .toList();
    }

    private static @Nullable String fieldIn(List<String> fields, String name) {
        String prefix = name.toLowerCase(Locale.ROOT) + ":";
        for (String field : fields) {
            if (field.toLowerCase(Locale.ROOT).startsWith(prefix)) {
                return field.substring(prefix.length()).trim();
            }
        }
        return null;
    }

    /** Reads the start line and the fields; null at a clean end of the stream. */
    public static @Nullable HttpMessage readHead(InputStream in) throws IOException {
        String start = readLine(in);
        return start == null ? null : new HttpMessage(start, readFields(in), new byte[0], 0, List.of());
    }

    /**
     * Reads a whole message; null at a clean end of the stream.
     *
     * @param isHead whether it answers a HEAD request
     */
    public static @Nullable HttpMessage read(InputStream in, boolean isHead) throws IOException {
        HttpMessage head = readHead(in);
        if (head == null || isHead) {
            return head;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<String> trailers = new ArrayList<>();
        head.readBody(in, body, trailers);
        return new HttpMessage(head.startLine, head.fields, body.toByteArray(), body.size(), trailers);
    }

    /** Reads the body that belongs to this head; returns its length. */
    public long readBody(InputStream in, OutputStream out, List<String> trailers) throws IOException {
        String length = field("content-length");
        if ("chunked".equalsIgnoreCase(field("transfer-encoding"))) {
            return readChunks(in, out, trailers);
        }
        if (length != null) {
            return copy(in, out, Long.parseLong(length));
        }
        boolean isResponse = startLine.startsWith("HTTP/");
        if (isResponse && status() >= 200 && status() != 204 && status() != 304) {
            return in.transferTo(out);
        }
        return 0;
    }

    private static long readChunks(InputStream in, OutputStream out, List<String> trailers) throws IOException {
        long total = 0;
        while (true) {
            String line = readLine(in);
            if (line == null) {
                throw new EOFException("in chunks");
            }
            long size = Long.parseLong(line.split(";", 2)[0].trim(), 16);
            if (size == 0) {
                trailers.addAll(readFields(in));
                return total;
            }
            total += copy(in, out, size);
            readLine(in);
        }
    }

    private static long copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        long left = length;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new EOFException("body ends " + left + " bytes early");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
        return length;
    }

    private static List<String> readFields(InputStream in) throws IOException {
        List<String> fields = new ArrayList<>();
        for (String line = readLine(in); ; line = readLine(in)) {
            if (line == null) {
                throw new EOFException("in fields");
            }
            if (line.isEmpty()) {
                return fields;
            }
            fields.add(line);
        }
    }

    private static @Nullable String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
