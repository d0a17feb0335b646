package weft.local.mesh;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/** One look at whether something answers. Thread-safe. */
final class Probe {
    private static final int TIMEOUT_MILLIS = 2_000;

    private Probe() {}

    /** Whether {@code tcp:PORT} accepts, or the URL answers 200, within 2 s. */
    static boolean answers(String probe) {
        return probe.startsWith("tcp:")
                ? accepts(Integer.parseInt(probe.substring("tcp:".length())))
                : status(probe) == HttpURLConnection.HTTP_OK;
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The status a URL answers with, or -1 when it does not answer. */
    static int status(String url) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            try {
                return connection.getResponseCode();
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return -1;
        }
    }
}
