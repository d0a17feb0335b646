package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import weft.routing.Conformance;
import weft.routing.TestRules;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** Every routing file that Istio ships compiles, by itself and all together, for a gateway and for a sidecar. */
class IstioFilesTest {
    private static final ProxyIdentity GATEWAY = new ProxyIdentity(
            "gw", "istio-system", Map.of("istio", "ingressgateway"), "", "", "gw", Mode.GATEWAY, List.of());
    private static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "p",
            "default",
            Map.of("app", "productpage"),
            "",
            "",
            "p",
            Mode.SIDECAR,
            List.of(),
            new OutboundSocket("127.0.0.1", 15001));

    @Test
    void everyFileCompilesForBothKindsOfProxy() throws IOException {
        List<String> complaints = new ArrayList<>();
        Map<RuleKey, Rule> all = new HashMap<>();
        int files = 0;
        for (Path file : files()) {
            Map<RuleKey, Rule> rules = new HashMap<>();
            TestRules.parse(Files.readString(file)).forEach(rule -> rules.put(rule.key(), rule));
            if (!rules.isEmpty()) {
                files++;
                complain(file.getFileName().toString(), rules, complaints);
                all.putAll(rules);
            }
        }
        complain("all together", all, complaints);
        System.out.println("Istio's files: " + files + " compiled, " + all.size() + " rules together");
        assertThat(complaints).isEmpty();
        assertThat(files).isGreaterThan(70);
    }

    private static void complain(String file, Map<RuleKey, Rule> rules, List<String> to) {
        RuleSnapshot snapshot = RuleSnapshot.of(new LogPosition(1, 1), rules);
        for (ProxyIdentity identity : List.of(GATEWAY, SIDECAR)) {
            try {
                new SnapshotCompiler(identity)
                        .compile(snapshot, ProxySnapshot.empty(identity))
                        .rejections()
                        .forEach(rejection -> to.add(file + ": " + rejection));
            } catch (RuntimeException e) {
                to.add(file + " for the " + identity.mode() + ": " + e);
            }
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(Conformance.folder().resolve("verbatim/istio+istio"))) {
            return walk.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }
}
