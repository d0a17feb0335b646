package weft.routing.compile;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.CaseTally;
import weft.routing.Conformance;
import weft.routing.TestRules;
import weft.routing.http.RequestHead;
import weft.routing.route.Forward;
import weft.routing.route.Route;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.CidrRange;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChains;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.HttpConnectionManager;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxySnapshot;

/** Istio's simulated calls, HTTP, TLS and TCP: same listener, virtual host, cluster or error. */
class TrafficSimulationCasesTest {
    private static final ProxyIdentity GATEWAY = new ProxyIdentity(
            "gw", "istio-system", Map.of("istio", "ingressgateway"), "", "", "gateway", Mode.GATEWAY, List.of());
    private static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "p",
            "default",
            Map.of("app", "foo"),
            "",
            "",
            "p",
            Mode.SIDECAR,
            List.of(),
            new OutboundSocket("127.0.0.1", 15001));
    private static final String NO_LISTENER = "no listener matched";

    /** Istio's simulation leaves this out of names that a rule completes. */
    private static final String DOMAIN = ".svc.cluster.local";

    @Test
    void callsReachWhatIstioLetsThemReach() {
        CaseTally tally =
                new CaseTally("istio-traffic-simulation-cases", "TestGatewayServices/no match selector, port 8080");
        for (JsonNode c :
                Conformance.json("istio-traffic-simulation-cases.json").get("cases")) {
            if (c.get("calls").isEmpty()) {
                tally.leaveOut("case without calls");
                continue;
            }
            ProxySnapshot snapshot = compile(c);
            for (JsonNode call : c.get("calls")) {
                String reason = reasonToSkip(c);
                if (reason != null) {
                    tally.leaveOut(reason);
                    continue;
                }
                tally.add(c.get("id").asText() + ", " + call.get("name").asText(), check(snapshot, call));
            }
        }
        tally.report();
    }

    private static ProxySnapshot compile(JsonNode c) {
        ProxyIdentity identity = c.get("proxy").asText().startsWith("gateway") ? GATEWAY : SIDECAR;
        return new SnapshotCompiler(identity)
                .compile(
                        TestRules.snapshot(
                                c.path("config").asText(), c.path("kubeConfig").asText()),
                        ProxySnapshot.empty(identity));
    }

    /** What of the mesh a call needs that this library does not do, or null. */
    private static @Nullable String reasonToSkip(JsonNode c) {
        String config = c.path("config").asText();
        if (config.contains("kind: PeerAuthentication")) {
            return "PeerAuthentication";
        }
        return null;
    }

    private static String check(ProxySnapshot snapshot, JsonNode call) {
        JsonNode request = call.get("call");
        JsonNode want = call.get("result");
        int port = request.get("port").asInt();
        boolean isTls = !request.path("tls").asText("plaintext").equals("plaintext");
        Listener listener = listener(snapshot, port);
        FilterChain chain = listener == null ? null : chain(listener, request, isTls);
        RouteTable table = listener == null || isTls ? null : listener.routes(port);
        if (chain != null && chain.filter() instanceof HttpConnectionManager http) {
            table = http.routes();
        }
        boolean isHttp = request.get("protocol").asText().equals("http") && table != null;
        RequestHead head = new RequestHead();
        String authority = request.path("hostHeader").asText() + ":" + port;
        head.reset(
                "GET", isTls ? "https" : "http", authority, request.path("path").asText("/"));
        VirtualHost host = isHttp && table != null ? table.virtualHost(authority) : null;
        Route route = host == null ? null : host.match(head);
        String outcome = NO_LISTENER;
        if (isHttp) {
            outcome = outcome(host, route, isTls);
        } else if (chain != null && chain.filter() instanceof TcpProxy proxy) {
            outcome = proxy.clusters().get(0).cluster();
        } else if (listener != null) {
            outcome = "no filter chains matched";
        }
        String expected = want.has("error")
                ? want.get("error").asText()
                : want.path("clusterMatched").asText(outcome);
        if (!outcome.replace(DOMAIN, "").equals(expected.replace(DOMAIN, ""))) {
            return outcome + " (expected: " + expected + ")";
        }
        String name = host == null ? "none" : host.name();
        if (!want.path("virtualHostMatched").asText(name).equals(name)) {
            return "virtual host " + name + " (expected: " + want + ")";
        }
        if (isTls
                && isHttp
                && chain != null
                && !want.path("routeConfigMatched").asText(chain.name()).equals(chain.name())) {
            return "route configuration " + chain.name() + " (expected: " + want + ")";
        }
        if (listener == null || listener.direction() != Listener.Direction.GATEWAY) {
            return "";
        }
        return want.path("listenerMatched").asText(listener.name()).equals(listener.name())
                ? ""
                : "listener " + listener.name() + " (expected: " + want + ")";
    }

    private static @Nullable FilterChain chain(Listener listener, JsonNode request, boolean isTls) {
        CidrRange range = CidrRange.parse(request.path("address").asText());
        byte[] address = range == null
                ? null
                : ByteBuffer.allocate(16)
                        .putLong(range.high())
                        .putLong(range.low())
                        .array();
        String name = request.path("sni").asText(request.path("hostHeader").asText());
        return new FilterChains(listener.filterChains())
                .select(address, request.get("port").asInt(), isTls ? name : null, isTls);
    }

    private static @Nullable Listener listener(ProxySnapshot snapshot, int port) {
        for (Listener listener : snapshot.listeners()) {
            if (listener.direction() == Listener.Direction.OUTBOUND || listener.port() == port) {
                return listener;
            }
        }
        return null;
    }

    private static String outcome(@Nullable VirtualHost host, @Nullable Route route, boolean isTls) {
        if (host == null) {
            return "no virtual host matched";
        }
        if (host.requireTls() && !isTls) {
            return "tls required, sending 301";
        }
        if (route == null) {
            return "no route matched";
        }
        return ((Forward) route.action()).clusters().get(0).cluster();
    }
}
