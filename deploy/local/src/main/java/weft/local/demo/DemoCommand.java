package weft.local.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weft.local.bookinfo.Bookinfo;
import weft.local.bookinfo.Workload;

/** {@code weft demo}: runs the application and its visitors until it is told to end. Confined to the main thread. */
@Command(
        name = "demo",
        description = "Runs the bookinfo services, and visitors who look at the product page.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--workload",
            paramLabel = "NAME=PORT:OUTBOUND",
            required = true,
            description = "a workload, its port, and the outbound port of its sidecar; repeat for more")
    private List<String> workloads = List.of();

    @Option(names = "--control-port", paramLabel = "PORT", required = true, description = "port of GET and POST /load")
    private int controlPort;

    @Option(names = "--page", paramLabel = "URL", description = "page that the visitors request")
    private @Nullable URI page;

    @Option(names = "--rps", paramLabel = "N", defaultValue = "0", description = "pages per second (0: none)")
    private int rps;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Bookinfo.prepareJvm();
        Bookinfo bookinfo = Bookinfo.start(places());
        Visitors visitors = new Visitors(
                page == null ? URI.create("http://127.0.0.1:8080/productpage") : page, rps, new SplittableRandom());
        HttpServer control = HttpServer.create(new InetSocketAddress("127.0.0.1", controlPort), 16);
        control.createContext("/load", exchange -> load(exchange, visitors));
        control.start();
        visitors.start();
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            visitors.close();
            control.stop(0);
            bookinfo.close();
            ended.countDown();
        }));
        System.out.println("ready");
        ended.await();
        return 0;
    }

    private Map<Workload, Bookinfo.Place> places() {
        Map<Workload, Bookinfo.Place> places = new LinkedHashMap<>();
        for (String text : workloads) {
            String[] parts = text.split("[=:]", -1);
            Workload workload = Workload.ALL.stream()
                    .filter(w -> w.name().equals(parts[0]))
                    .findFirst()
                    .orElseThrow(() -> invalid(text));
            if (parts.length != 3 || !parts[1].matches("\\d{1,5}") || !parts[2].matches("\\d{1,5}")) {
                throw invalid(text);
            }
            places.put(workload, new Bookinfo.Place(Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
        }
        return places;
    }

    private ParameterException invalid(String text) {
        return new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "--workload " + text + " (expected: NAME=PORT:OUTBOUND, as reviews-v1=9083:15301)");
    }

    private static void load(HttpExchange exchange, Visitors visitors) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getQuery();
            if (exchange.getRequestMethod().equals("POST") && query != null && query.matches("rps=\\d{1,4}")) {
                visitors.rps(Integer.parseInt(query.substring("rps=".length())));
            }
            byte[] body = visitors.json().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
