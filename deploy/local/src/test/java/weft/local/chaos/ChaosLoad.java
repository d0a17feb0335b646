package weft.local.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks one proxy for all services in turn, for as long as it is told to. Thread-safe.
 *
 * <p>Numbers only grow from one answer to the next, whichever service gives them: a smaller one means that a part of a
 * bundle was served before the rest of it. A request that fails counts unless its proxy was killed or paused meanwhile;
 * what happens to brokers, publishers and the network between them is no excuse.
 */
final class ChaosLoad {
    static final List<String> SERVICES = List.of("one", "three", "two");
    private static final int NOTICE_MILLIS = 1_000;
    private static final int TIMEOUT_MILLIS = 20_000;

    final AtomicLong answered = new AtomicLong();
    final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    /** Between two requests. */
    volatile int pauseMillis = 10;

    private final ChaosProcess proxy;
    private final InetSocketAddress address;
    private final Thread thread;
    private volatile boolean stopping;
    /** Of the answers of this life of the proxy: the next one may begin with what it had on disk. */
    private long highest;

    private int highestOfLife;
    /** State of {@link ChaosProcess#disturbances} at the last answer: before the first one nothing can fail. */
    private int servedSince = -1;

    ChaosLoad(ChaosProcess proxy, InetSocketAddress address) {
        this.proxy = proxy;
        this.address = address;
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
            pause(pauseMillis);
        }
    }

    private void converse() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (int i = 0; !stopping; i++) {
                String service = SERVICES.get(i % SERVICES.size());
                int life = proxy.lives.get();
                long number = ask(socket, in, service);
                if (life == proxy.lives.get()) {
                    check(service, number, life);
                }
                answered.incrementAndGet();
                servedSince = proxy.disturbances.get();
                pause(pauseMillis);
            }
        }
    }

    private void check(String service, long number, int life) {
        if (life == highestOfLife && number < highest) {
            failures.add(proxy.name + ": " + service + " answers " + number + " after " + highest);
        }
        highest = number;
        highestOfLife = life;
    }

    /** What a service answers now, on a connection of its own. */
    static long ask(InetSocketAddress address, String service) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            return ask(
                    socket,
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1)),
                    service);
        }
    }

    /** The number of the bundle that an answer comes from; head and body must be of the same one. */
    private static long ask(Socket socket, BufferedReader in, String service) throws IOException {
        String request = "GET / HTTP/1.1\r\nhost: " + service + ".example\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        String status = in.readLine();
        if (status == null) {
            throw new IOException("connection closed");
        }
        int length = 0;
        String bundle = "";
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            } else if (line.startsWith("x-bundle: ")) {
                bundle = line.substring("x-bundle: ".length());
            }
        }
        String body = body(in, length);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(service + ": " + status + " " + body);
        }
        long number = Long.parseLong(bundle);
        String expected = service.equals("three") ? ChaosRules.slot(number) : bundle;
        if (!body.equals(expected)) {
            throw new IOException(service + " of bundle " + bundle + " answers " + body);
        }
        return number;
    }

    private static String body(BufferedReader in, int length) throws IOException {
        char[] body = new char[length];
        for (int read = 0; read < length; ) {
            int more = in.read(body, read, length - read);
            if (more < 0) {
                throw new IOException("connection closed in a body");
            }
            read += more;
        }
        return new String(body);
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
        thread.join(TIMEOUT_MILLIS);
    }
}
