package weft.proxy.testing;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client on one connection that sends exactly what a test says. Confined to the test's thread. */
public final class TestClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    public TestClient(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBuffer size of the socket's buffer, 0 for the system's */
    public TestClient(int port, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    public TestClient send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        return this;
    }

    public OutputStream out() {
        return out;
    }

    public InputStream in() {
        return in;
    }

    public HttpMessage get(String host, String path, String... fields) throws IOException {
        return request("GET", host, path, "", fields);
    }

    public HttpMessage post(String host, String path, String body, String... fields) throws IOException {
        String[] all = new String[fields.length + 1];
        System.arraycopy(fields, 0, all, 0, fields.length);
        all[fields.length] = "content-length: " + body.length();
        return request("POST", host, path, body, all);
    }

    public HttpMessage request(String method, String host, String path, String body, String... fields)
            throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nhost: " + host + "\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        send(head + "\r\n" + body);
        return receive(method.equals("HEAD"));
    }

    /** The head of a response whose body the test reads itself. */
    public HttpMessage receiveHead() throws IOException {
        HttpMessage head = HttpMessage.readHead(in);
        if (head == null) {
            throw new EOFException("no response");
        }
        return head;
    }

    public HttpMessage receive() throws IOException {
        return receive(false);
    }

    private HttpMessage receive(boolean isHead) throws IOException {
        HttpMessage response = HttpMessage.read(in, isHead);
        if (response == null) {
            throw new EOFException("no response");
        }
        return response;
    }

    /** Whether the proxy closes the connection with nothing more to read. */
    public boolean isClosedByPeer() throws IOException {
        return in.read() < 0;
    }

    /** Closes with a TCP reset. */
    public void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
