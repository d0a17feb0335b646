package weft.proxy.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Endpoint;

/** An upstream that does what a test says with each connection. Thread-safe. */
public final class TestUpstream implements AutoCloseable {
    private final ServerSocket server;
    private final Script script;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<HttpMessage> requests = new CopyOnWriteArrayList<>();

    /** Serves one connection; the socket is closed when it returns. */
    @FunctionalInterface
    public interface Script {
        void serve(TestUpstream upstream, Socket socket) throws IOException, InterruptedException;
    }

    /** Answers one request. */
    @FunctionalInterface
    public interface Answer {
        String to(HttpMessage request);
    }

    private TestUpstream(Script script, InetAddress address, int port) throws IOException {
        this.script = script;
        server = new ServerSocket(port, 1_024, address);
        Thread acceptor = new Thread(this::accept, "upstream-" + server.getLocalPort());
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public static TestUpstream serving(Script script) throws IOException {
        return serving(script, InetAddress.getLoopbackAddress(), 0);
    }

    private static TestUpstream serving(Script script, InetAddress address, int port) throws IOException {
        return new TestUpstream(script, address, port);
    }

    /** Keeps connections alive and gives this answer, a raw response, to each request. */
    public static TestUpstream answering(Answer answer) throws IOException {
        return serving(script(answer));
    }

    private static Script script(Answer answer) {
        return (upstream, socket) -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (HttpMessage request = upstream.receive(in); request != null; request = upstream.receive(in)) {
                out.write(answer.to(request).getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        };
    }

    /** Answers 200 with this body. */
    public static TestUpstream saying(String body) throws IOException {
        return answering(request -> ok(body));
    }

    /** As {@link #saying(String)}, on another address of the loopback interface. */
    public static TestUpstream saying(String body, String address, int port) throws IOException {
        return serving(script(request -> ok(body)), InetAddress.getByName(address), port);
    }

    public static String ok(String body) {
        return "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    /** Reads and remembers one request; null when the client has closed. */
    public @Nullable HttpMessage receive(InputStream in) throws IOException {
        HttpMessage request = HttpMessage.read(in, false);
        if (request != null) {
            requests.add(request);
        }
        return request;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread thread = new Thread(() -> serve(socket), "upstream-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.serve(this, socket);
        } catch (SocketException e) {
            // the proxy, or the test, closed it
        } catch (IOException | InterruptedException e) {
            if (!server.isClosed()) {
                System.err.println("upstream script: " + e);
            }
        } finally {
            open.remove(socket);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    public Endpoint endpoint() {
        return Snapshots.endpoint(port());
    }

    public int connections() {
        return connections.get();
    }

    public int openConnections() {
        return open.size();
    }

    public List<HttpMessage> requests() {
        return List.copyOf(requests);
    }

    public HttpMessage lastRequest() {
        return requests.get(requests.size() - 1);
    }

    /** Closes connections but goes on listening. */
    public void closeConnections() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeConnections();
    }
}
