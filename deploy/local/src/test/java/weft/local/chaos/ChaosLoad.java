package weft.local.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks one proxy for both services in turn, for as long as it is told to. Thread-safe.
 *
 * <p>Numbers only grow from one answer to the next, whichever service gives them: a smaller one means that a part of a
 * bundle was served before the rest of it. A request that fails counts unless its proxy was killed or paused meanwhile.
 */
final class ChaosLoad {
    private static final int PAUSE_MILLIS = 5;
    private static final int NOTICE_MILLIS = 1_000;

    final AtomicLong answered = new AtomicLong();
    final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final ChaosProcess proxy;
    private final int port;
    private final Thread thread;
    private volatile boolean stopping;
    private long highest;
    /** State of {@link ChaosProcess#disturbances} at the last answer: before the first one nothing can fail. */
    private int servedSince = -1;

    ChaosLoad(ChaosProcess proxy, int port) {
        this.proxy = proxy;
        this.port = port;
        this.thread = new Thread(this::run, "load-" + proxy.name);
        thread.start();
    }

    private void run() {
        while (!stopping) {
            try {
                converse();
            } catch (IOException | RuntimeException e) {
                pause(NOTICE_MILLIS); // whoever killed the proxy has noted it by then
                if (servedSince == proxy.disturbances.get()) {
                    failures.add(proxy.name + ": " + e);
                }
            }
            highest = 0; // a proxy that was killed may begin with what it had on disk
            pause(PAUSE_MILLIS);
        }
    }

    private void converse() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            for (int i = 0; !stopping; i++) {
                String host = ChaosPublisher.SERVICES.get(i % 2) + ".example";
                socket.getOutputStream()
                        .write(("GET / HTTP/1.1\r\nhost: " + host + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
                long number = answer(in);
                if (number < highest) {
                    failures.add(proxy.name + ": " + host + " answers " + number + " after " + highest);
                }
                highest = number;
                answered.incrementAndGet();
                servedSince = proxy.disturbances.get();
                pause(PAUSE_MILLIS);
            }
        }
    }

    private long answer(BufferedReader in) throws IOException {
        String status = in.readLine();
        if (status == null) {
            throw new IOException("connection closed");
        }
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            }
        }
        char[] body = new char[length];
        for (int read = 0; read < length; ) {
            int more = in.read(body, read, length - read);
            if (more < 0) {
                throw new IOException("connection closed in a body");
            }
            read += more;
        }
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status + " " + new String(body));
        }
        return Long.parseLong(new String(body));
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis); // the rate of the load
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() throws InterruptedException {
        stopping = true;
        thread.join(10_000);
    }
}
