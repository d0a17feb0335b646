package weft.local.mesh;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weft demo-load}: shows or sets the rate of the visitors. Confined to the main thread. */
@Command(
        name = "demo-load",
        description = "Shows how many pages the demo's visitors have requested, or sets their rate.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  weft demo-load              what was requested so far",
            "  weft demo-load --rps 100    more visitors",
            "  weft demo-load --stop       none"
        })
public final class DemoLoadCommand implements Callable<Integer> {
    private static final int TIMEOUT_MILLIS = 2_000;
    /** What the visitors accept; they leave their rate as it is when told more. */
    private static final int MAX_RPS = 1_000;

    /** One of two ways to say a rate. */
    private static final class Rate {
        @Option(names = "--rps", paramLabel = "N", required = true, description = "pages per second, 0 to 1000")
        private int rps;

        @Option(names = "--stop", required = true, description = "no more pages")
        private boolean stop;
    }

    @ArgGroup
    private @Nullable Rate rate;

    @Mixin
    private HomeOption home = new HomeOption();

    @Override
    public Integer call() {
        if (rate != null && !rate.stop && (rate.rps < 0 || rate.rps > MAX_RPS)) {
            System.err.println("weft demo-load: --rps: " + rate.rps + " (expected: 0 to " + MAX_RPS + ")");
            return MeshException.USAGE;
        }
        Optional<MeshState> state = MeshState.load(home.home());
        if (state.isEmpty()) {
            System.err.println("weft demo-load: no mesh is running; start with: weft up --detach");
            return MeshException.FAILED;
        }
        String url = "http://127.0.0.1:" + state.get().controlPort() + "/load";
        try {
            System.out.print(
                    rate == null ? call("GET", url) : call("POST", url + "?rps=" + (rate.stop ? 0 : rate.rps)));
            return 0;
        } catch (IOException e) {
            System.err.println("weft demo-load: " + url + " does not answer (" + e.getMessage() + "); see weft status");
            return MeshException.FAILED;
        }
    }

    /** What the visitors say of themselves, once they come at this rate. */
    static String setRate(int controlPort, int rps) throws IOException {
        return call("POST", "http://127.0.0.1:" + controlPort + "/load?rps=" + rps);
    }

    private static String call(String method, String url) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        try (var in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
