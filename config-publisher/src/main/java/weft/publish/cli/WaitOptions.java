package weft.publish.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command waits for the proxies. */
final class WaitOptions {
    private static final String DEFAULT = "30s";

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = DEFAULT,
            paramLabel = DEFAULT,
            description = "How long to wait until every live proxy serves the bundle (default: " + DEFAULT + ").")
    private String wait = DEFAULT;

    @Option(names = "--no-wait", description = "Return when Kafka has the bundle.")
    private boolean doNotWait;

    /** Zero when nobody is to be waited for. */
    Duration patience() {
        return doNotWait ? Duration.ZERO : Durations.parse("--wait", wait);
    }
}
