package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleDelta;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** What is compiled change by change is what is compiled all at once. */
class IncrementalCompilerTest {
    private static final int MESHES = Integer.getInteger("weft.incremental.meshes", 50);
    private static final int CHANGES = 40;

    static final ProxyIdentity GATEWAY = new ProxyIdentity(
            "gw", "istio-system", Map.of("istio", "gw", "app", "client"), "", "", "gw", Mode.GATEWAY, List.of());
    static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "client",
            "default",
            Map.of("app", "client"),
            "",
            "",
            "client",
            Mode.SIDECAR,
            List.of(new InboundPort("10.1.0.3", 9080, 9080, "127.0.0.1", 9080)),
            new OutboundSocket("127.0.0.1", 15001));

    private final long seed = Long.getLong("weft.incremental.seed", new Random().nextLong());
    private int incremental;
    private int all;

    @Test
    void gatewayServesTheSame() {
        everyChangeGivesWhatTheFullCompilationGives(GATEWAY);
        assertThat(incremental)
                .as("changes that needed no full compilation, of %d", all)
                .isGreaterThan(all / 2);
    }

    @Test
    void sidecarServesTheSame() {
        everyChangeGivesWhatTheFullCompilationGives(SIDECAR);
        assertThat(incremental)
                .as("changes that needed no full compilation, of %d", all)
                .isGreaterThan(all / 4);
    }

    @Test
    void theFirstRuleForConnectionsOpensTheirSocket() {
        String servers = "{kind: Gateway, metadata: {name: g, namespace: istio-system}, spec: {selector: {istio: gw}, "
                + "servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}, "
                + "{port: {number: 9000, name: tcp, protocol: TCP}, hosts: ['*']}]}}";
        String rule = "{kind: VirtualService, metadata: {name: v, namespace: istio-system}, spec: {hosts: ['*'], "
                + "gateways: [g], tcp: [{route: [{destination: {host: a.com}}]}]}}";
        SnapshotCompiler compiler = new SnapshotCompiler(GATEWAY);
        ProxySnapshot before = compiler.compile(TestRules.snapshot(servers), ProxySnapshot.empty(GATEWAY));
        ProxySnapshot after = compiler.compile(TestRules.snapshot(servers, rule), before);

        assertThat(before.listeners()).extracting(Listener::port).containsExactly(80);
        assertThat(after.listeners()).extracting(Listener::port).containsExactly(80, 9000);
    }

    private void everyChangeGivesWhatTheFullCompilationGives(ProxyIdentity identity) {
        Random seeds = new Random(seed);
        for (int i = 0; i < MESHES; i++) {
            long meshSeed = seeds.nextLong();
            Random random = new Random(meshSeed);
            follow(new RandomMesh(random), random, identity, "seed %d, mesh %d".formatted(seed, i));
        }
    }

    private void follow(RandomMesh mesh, Random random, ProxyIdentity identity, String where) {
        SnapshotCompiler compiler = new SnapshotCompiler(identity);
        SnapshotCompiler oracle = new SnapshotCompiler(identity, false);
        Map<RuleKey, Rule> start = new HashMap<>();
        mesh.start().forEach(rule -> start.put(rule.key(), rule));
        RuleSnapshot rules = RuleSnapshot.of(new LogPosition(0, 0), start);
        ProxySnapshot serving = compiler.compile(rules, ProxySnapshot.empty(identity));
        for (int i = 1; i <= CHANGES; i++) {
            RuleDelta delta = new RuleDelta(rules);
            StringBuilder changed = new StringBuilder();
            for (int n = random.nextInt(8) == 0 ? random.nextInt(4) : 1; n > 0; n--) {
                if (random.nextInt(4) == 0) {
                    RuleKey key = mesh.key();
                    delta.remove(key);
                    changed.append(" -").append(key);
                } else {
                    Rule rule = mesh.rule();
                    delta.put(rule);
                    changed.append(" +").append(rule.resource());
                }
            }
            rules = delta.apply(new LogPosition(i, i));
            ProxySnapshot next = compiler.compile(rules, serving);
            ProxySnapshot expected = oracle.compile(rules, serving);
            String at = where + ", change " + i + changed;
            assertSame(next, expected, at);
            count(compiler, serving, next);
            // A snapshot that could not be put into service is followed by another attempt from the one before.
            if (random.nextInt(10) > 0) {
                serving = next;
            }
        }
    }

    private static void assertSame(ProxySnapshot next, ProxySnapshot expected, String at) {
        assertThat(next.rejections()).as(at).isEqualTo(expected.rejections());
        assertThat(next.rules().equals(expected.rules())).as("rules, " + at).isTrue();
        assertThat(next.tableHash()).as(at).isEqualTo(expected.tableHash());
        assertThat(next.clusters()).as(at).isEqualTo(expected.clusters());
        assertThat(next.listeners()).as(at).isEqualTo(expected.listeners());
        assertThat(next.notices()).as(at).isEqualTo(expected.notices());
        assertThat(next).as(at).isEqualTo(expected);
    }

    @SuppressWarnings("ReferenceEquality") // only the full compilation makes them anew
    private void count(SnapshotCompiler compiler, ProxySnapshot before, ProxySnapshot after) {
        Compilation base = compiler.of(before);
        Compilation next = compiler.of(after);
        all++;
        incremental += base != null && next != null && base.traits() == next.traits() ? 1 : 0;
    }
}
