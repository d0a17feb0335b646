package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import weft.proxy.dns.DnsResolver;
import weft.proxy.health.SharedHealth;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.overload.Overload;
import weft.proxy.overload.OverloadLimits;
import weft.proxy.server.ListenerAddress;
import weft.proxy.server.ProxyServer;
import weft.proxy.server.Timeouts;
import weft.proxy.telemetry.AccessLog;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.RuleCheck;
import weft.publish.yaml.SourceText;
import weft.routing.compile.SnapshotCompiler;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** Rules from their YAML to a proxy that serves them, without a log in between. */
final class ServedRules {
    private static final long SEED = 20_261_130;

    private ServedRules() {}

    static ProxyServer start(
            ProxyIdentity identity,
            Map<Integer, Integer> ports,
            String yaml,
            AccessLog accessLog,
            DnsResolver.Settings names) {
        Map<RuleKey, Rule> rules = new HashMap<>();
        for (DecodedDocument document : new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE)
                .decode(new SourceText("rules.yaml", yaml))) {
            Rule rule = ((DecodedDocument.Resource) document).rule();
            rules.put(rule.key(), rule);
        }
        ProxySnapshot snapshot = new SnapshotCompiler(identity)
                .compile(RuleSnapshot.of(new LogPosition(1, 1), rules), ProxySnapshot.empty(identity));
        assertThat(snapshot.rejections()).isEmpty();
        ProxyServer server = ProxyServer.start(
                identity,
                Workers.start(2, SEED),
                new ListenerAddress("127.0.0.1", ports),
                Http1Limits.DEFAULT,
                accessLog,
                Timeouts.DEFAULT,
                new Overload(OverloadLimits.NONE),
                SharedHealth.NONE,
                names);
        server.installer().install(snapshot);
        assertThat(server.bindFailures()).isEmpty();
        return server;
    }
}
