package weft.proxy.testing;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import weft.routing.cluster.Endpoint;

/** An upstream in a process of its own that answers every request, to be killed. Confined to the test's thread. */
public final class UpstreamProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    /** Waits until it listens. */
    public UpstreamProcess() throws IOException {
        process = new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UpstreamProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        String line = out.readLine();
        if (line == null) {
            throw new IOException("upstream did not start");
        }
        port = Integer.parseInt(line);
    }

    public Endpoint endpoint() {
        return Snapshots.endpoint(port);
    }

    /** As kill -9: nothing is flushed and nobody told. */
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Serves until it is killed, or its parent is. */
    public static void main(String[] args) throws IOException {
        ServerSocket server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
        System.out.println(server.getLocalPort());
        Thread acceptor = new Thread(() -> accept(server), "acceptor");
        acceptor.setDaemon(true);
        acceptor.start();
        // The pipe ends with the parent.
        while (System.in.read() >= 0) {}
    }

    private static void accept(ServerSocket server) {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> serve(socket), "connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void serve(Socket socket) {
        byte[] answer = TestUpstream.ok("hello").getBytes(StandardCharsets.ISO_8859_1);
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (HttpMessage.read(in, false) != null) {
                out.write(answer);
            }
        } catch (IOException e) {
            // the proxy closed it
        }
    }
}
