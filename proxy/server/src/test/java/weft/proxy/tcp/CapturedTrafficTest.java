package weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections that iptables sends to the proxy go by where their clients meant to go. */
class CapturedTrafficTest {
    private static final List<List<String>> NEEDED = List.of(
            List.of("unshare", "-n", "iptables", "-t", "nat", "-L", "-n"),
            List.of("unshare", "-n", "ip6tables", "-t", "nat", "-L", "-n"),
            List.of("ip", "-V"),
            List.of("setpriv", "--reuid", "65534", "--clear-groups", "bash", "-c", "true"));

    private record Outcome(int exit, String said) {}

    private static Outcome run(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Outcome(process.exitValue(), said);
        } catch (IOException e) {
            return new Outcome(-1, e.toString());
        }
    }

    @Test
    void redirectedConnectionsGoByTheAddressTheyWereMeantFor() throws InterruptedException {
        for (List<String> command : NEEDED) {
            Outcome outcome = run(command);
            assumeTrue(
                    outcome.exit() == 0,
                    () -> "skipped, as this machine does not let it: " + String.join(" ", command) + ": "
                            + outcome.said());
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Outcome outcome = run(List.of(
                "unshare", "-n", java, "-cp", System.getProperty("java.class.path"), CapturedTraffic.class.getName()));

        assertThat(outcome.exit()).as(outcome.said()).isZero();
        assertThat(outcome.said().lines())
                .contains(
                        "tcp: by chain",
                        "tcp, version 6: by chain",
                        "tcp elsewhere: where it meant to go",
                        "http: by route",
                        "http elsewhere: where it meant to go",
                        "inbound: application",
                        "logged: 10.1.2.9:9000 outbound|80|v1|app.test outbound",
                        "logged: [fd00:0:0:0:0:0:0:9]:9000 outbound|80|v1|app.test outbound",
                        "logged: 10.1.2.8:9001 PassthroughCluster outbound",
                        "logged: 10.1.2.7:7000 outbound|80|own|app.test inbound",
                        "logged: 10.1.2.9:9080 outbound|80|http|app.test via_upstream",
                        "logged: 10.1.2.8:9080 PassthroughCluster via_upstream");
    }
}
