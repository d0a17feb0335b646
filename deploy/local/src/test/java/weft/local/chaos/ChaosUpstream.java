package weft.local.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Endpoints that answer which of them they are, for as long as the test runs. Thread-safe. */
final class ChaosUpstream implements AutoCloseable {
    private final List<ServerSocket> slots = new ArrayList<>();

    ChaosUpstream(String address, int count) throws IOException {
        for (int slot = 0; slot < count; slot++) {
            ServerSocket server = new ServerSocket(0, 128, InetAddress.getByName(address));
            slots.add(server);
            String answer = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n" + slot;
            spawn("upstream-" + slot, () -> accept(server, answer));
        }
    }

    List<Integer> ports() {
        return slots.stream().map(ServerSocket::getLocalPort).toList();
    }

    private static void spawn(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void accept(ServerSocket server, String answer) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                spawn("upstream-connection", () -> serve(socket, answer));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void serve(Socket socket, String answer) {
        try (socket;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    socket.getOutputStream().write(bytes);
                }
            }
        } catch (IOException e) {
            // the proxy was killed, or let the connection go with its cluster
        }
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket slot : slots) {
            slot.close();
        }
    }
}
