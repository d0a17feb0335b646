import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

/** Starts so many gateways in this process, each as the program {@code weft proxy} does; see apply-latency and readers. */
public final class ManyProxies {
    private ManyProxies() {}

    /** BOOTSTRAP FIRST LAST FOLDER: numbers of the proxies, and where they keep their files. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int first = Integer.parseInt(args[1]);
        int last = Integer.parseInt(args[2]);
        for (int i = first; i <= last; i++) {
            String[] options = {
                "--mode", "gateway", "--id", "bench-" + i, "--namespace", "istio-system",
                "--labels", "istio=ingressgateway", "--kafka", args[0],
                "--admin", "127.0.0.1:" + freePort(), "--ready", "127.0.0.1:" + freePort(),
                "--bind-address", "127.0.0.1", "--bind-port", "8080=" + freePort(),
                "--threads", "1", "--data-dir", Path.of(args[3], "proxy-" + i).toString()
            };
            // It ends with the process: Main waits for a signal.
            new Thread(() -> weft.proxy.Main.main(options), "proxy-" + i).start();
            Thread.sleep(200); // else all of them look up schemas and topics at once
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
