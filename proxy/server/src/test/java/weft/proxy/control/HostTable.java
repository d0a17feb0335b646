package weft.proxy.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;
import weft.routing.snapshot.RuleSnapshot;
import weft.schema.VirtualService;

/**
 * A compiler small enough to foresee: the table hash lists each virtual service and its hosts; host {@code refused} is
 * rejected, host {@code explode} makes it throw. Thread-safe.
 */
final class HostTable implements Compile {
    static final ProxyIdentity IDENTITY = new ProxyIdentity(
            "p1", "default", Map.of(), "", "", "productpage", ProxyIdentity.Mode.SIDECAR, List.of());

    @Override
    public ProxySnapshot compile(RuleSnapshot rules, ProxySnapshot previous) {
        Map<String, List<String>> table = new TreeMap<>();
        List<RuleRejection> rejections = new ArrayList<>();
        rules.rules().forEach((key, rule) -> {
            List<String> hosts = ((VirtualService) rule.resource()).getSpec().getHosts();
            if (hosts.contains("explode")) {
                throw new IllegalStateException("a bug met " + key);
            }
            if (hosts.contains("refused")) {
                rejections.add(new RuleRejection(key, "compile_failed", "host \"refused\""));
            } else {
                table.put(key.name(), hosts);
            }
        });
        return new ProxySnapshot(
                rules.position(), previous.identity(), List.of(), Map.of(), rejections, table.toString());
    }
}
