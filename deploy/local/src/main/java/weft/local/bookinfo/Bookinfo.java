package weft.local.bookinfo;

import java.io.IOException;
import java.net.http.HttpClient;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** All services of the application, running. Thread-safe. */
public final class Bookinfo implements AutoCloseable {
    private final Map<Workload, Service> services = new LinkedHashMap<>();

    private Bookinfo() {}

    /**
     * Where one workload listens, and where its sidecar takes its calls.
     *
     * @param port 0 picks a free one
     */
    public record Place(int port, int outboundPort) {}

    /**
     * Settings of the JDK's HTTP server and client that are read once, when their classes load: call before any of them.
     */
    public static void prepareJvm() {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // A server that drops idle connections races with a proxy that reuses them; the proxy's idle timeout rules.
        System.setProperty("sun.net.httpserver.idleInterval", "7200");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "8192");
    }

    /**
     * Starts the named workloads.
     *
     * @throws IOException when a port cannot be bound; nothing is left running then
     */
    public static Bookinfo start(Map<Workload, Place> places) throws IOException {
        HttpClient client = Neighbours.newClient();
        Bookinfo bookinfo = new Bookinfo();
        try {
            for (Map.Entry<Workload, Place> entry : places.entrySet()) {
                Workload workload = entry.getKey();
                Neighbours neighbours = new Neighbours(client, entry.getValue().outboundPort());
                bookinfo.services.put(
                        workload,
                        Service.start(workload.name(), entry.getValue().port(), handlers(workload, neighbours)));
            }
        } catch (IOException e) {
            bookinfo.close();
            throw e;
        }
        return bookinfo;
    }

    private static Map<String, Service.Handler> handlers(Workload workload, Neighbours neighbours) {
        return switch (workload.app()) {
            case "productpage" -> new ProductPage(neighbours).handlers();
            case "details" -> Details.handlers();
            case "ratings" -> Ratings.handlers();
            case "reviews" ->
                new Reviews(Reviews.Version.valueOf(workload.version().toUpperCase(Locale.ROOT)), neighbours)
                        .handlers();
            default -> throw new IllegalArgumentException("no such service: " + workload.app());
        };
    }

    /** The port a workload listens on. */
    public int port(Workload workload) {
        Service service = services.get(workload);
        if (service == null) {
            throw new IllegalArgumentException(workload.name() + " is not running here");
        }
        return service.port();
    }

    @Override
    public void close() {
        services.values().forEach(Service::close);
    }
}
