package weft.local.e2e;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 client connection to a loopback port, kept alive while the server keeps it. Confined to one thread. */
final class HttpConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_LINE_BYTES = 16_384;

    private final int port;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    HttpConnection(int port) {
        this.port = port;
    }

    /** A whole answer. Immutable. */
    record Answer(int status, String body) {}

    /**
     * Sends one GET and reads its answer.
     *
     * @throws IOException when no whole answer came; close the connection then
     */
    Answer get(String path, Map<String, String> headers) throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket();
            open.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
            open.setTcpNoDelay(true);
            open.setSoTimeout(TIMEOUT_MILLIS);
            socket = open;
            in = new BufferedInputStream(open.getInputStream());
        }
        StringBuilder request = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        open.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        return read();
    }

    private Answer read() throws IOException {
        String statusLine = line();
        if (!statusLine.startsWith("HTTP/1.1 ")) {
            throw new IOException("not HTTP/1.1: " + statusLine);
        }
        int status = Integer.parseInt(statusLine.substring(9, 12));
        int length = -1;
        boolean chunked = false;
        boolean close = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.endsWith("chunked");
            close |= lower.equals("connection: close");
        }
        String body = chunked ? chunks() : bytes(Math.max(0, length));
        if (close) {
            close();
        }
        return new Answer(status, body);
    }

    private String chunks() throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            int size = Integer.parseInt(line().strip(), 16);
            if (size == 0) {
                while (!line().isEmpty()) {
                    // trailers are not looked at
                }
                return body.toString();
            }
            body.append(bytes(size));
            line();
        }
    }

    private String bytes(int length) throws IOException {
        if (length > MAX_BODY_BYTES) {
            throw new IOException("body of " + length + " bytes");
        }
        byte[] bytes = input().readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("closed inside a body");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = input().read(); c != '\n'; c = input().read()) {
            if (c < 0) {
                throw new EOFException(line.isEmpty() ? "closed before an answer" : "closed inside a head");
            }
            if (line.length() == MAX_LINE_BYTES) {
                throw new IOException("line too long");
            }
            line.append((char) c);
        }
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        return line.toString();
    }

    private InputStream input() throws IOException {
        if (in == null) {
            throw new IOException("not connected");
        }
        return in;
    }

    /** Ends the connection; the next request opens another. */
    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        in = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // it is gone either way
            }
        }
    }
}
