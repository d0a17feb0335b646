package weft.proxy.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weft.routing.ratelimit.RateLimits;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.VirtualService;

/**
 * A compiler small enough to foresee: the table hash lists each virtual service and its hosts; host {@code refused} is
 * rejected, host {@code explode} makes it throw. Thread-safe.
 */
final class HostTable implements Compile {
    static final ProxyIdentity IDENTITY =
            new ProxyIdentity("p1", "default", Map.of(), "", "", "productpage", ProxyIdentity.Mode.SIDECAR, List.of());

    @Override
    public ProxySnapshot compile(RuleSnapshot rules, ProxySnapshot previous) {
        Map<RuleKey, Rule> inService = new TreeMap<>();
        List<RuleRejection> rejections = new ArrayList<>();
        rules.rules().forEach((key, rule) -> {
            if (hosts(rule).contains("explode")) {
                throw new IllegalStateException("a bug met " + key);
            }
            Rule known = previous.rules().get(key);
            if (!hosts(rule).contains("refused")) {
                inService.put(key, rule);
                return;
            }
            rejections.add(new RuleRejection(key, "compile_failed", "host \"refused\""));
            if (known != null) {
                inService.put(key, known);
            }
        });
        Map<String, List<String>> table = new TreeMap<>();
        inService.forEach((key, rule) -> table.put(key.name(), hosts(rule)));
        return new ProxySnapshot(
                rules.position(),
                previous.identity(),
                List.of(),
                Map.of(),
                rejections,
                table.toString(),
                inService,
                List.of(),
                RateLimits.NONE);
    }

    private static List<String> hosts(Rule rule) {
        return ((VirtualService) rule.resource()).getSpec().getHosts();
    }
}
