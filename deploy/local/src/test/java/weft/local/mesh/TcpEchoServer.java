package weft.local.mesh;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Istio's tcp-echo: sends each line back with a word before it. Thread-safe. */
public final class TcpEchoServer implements AutoCloseable {
    private final ServerSocket server;
    private final String word;

    public TcpEchoServer(String word) throws IOException {
        this.word = word;
        server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(this::accept, "tcp-echo-" + word);
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> serve(socket), "tcp-echo-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                socket.getOutputStream().write((word + " " + line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // the client has left
        }
    }

    /** Says a line on a connection of its own; what came back, or empty when the connection was closed or refused. */
    public static String say(int port, String line) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (SocketException reset) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
