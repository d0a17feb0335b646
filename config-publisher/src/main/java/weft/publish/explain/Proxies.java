package weft.publish.explain;

import java.util.LinkedHashMap;
import java.util.Map;
import weft.routing.compile.SnapshotCompiler;
import weft.routing.explain.Explainer;
import weft.routing.explain.UnknownGatewayException;
import weft.routing.explain.Vantage;
import weft.routing.http.PathNormalization;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;

/**
 * The proxies that questions are about, each compiled once while it is remembered. Confined to the command's thread.
 */
public final class Proxies {
    /** Requests of a batch come from few places; each place holds a snapshot of all rules. */
    private static final int MAX_REMEMBERED = 32;

    private final RuleSnapshot rules;
    private final PathNormalization paths;
    private final Map<Vantage, Proxy> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Vantage, Proxy> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /** One proxy and what it serves. Immutable. */
    public record Proxy(ProxySnapshot snapshot, Explainer explainer) {}

    /** @param paths as all proxies are told to make paths canonical */
    public Proxies(RuleSnapshot rules, PathNormalization paths) {
        this.rules = rules;
        this.paths = paths;
    }

    public RuleSnapshot rules() {
        return rules;
    }

    /** @throws UnknownGatewayException when the rules have no such Gateway */
    public Proxy at(Vantage vantage) {
        Proxy known = remembered.get(vantage);
        if (known == null) {
            ProxyIdentity identity = vantage.proxy(rules);
            ProxySnapshot snapshot = new SnapshotCompiler(identity).compile(rules, ProxySnapshot.empty(identity));
            known = new Proxy(snapshot, new Explainer(snapshot, paths));
            remembered.put(vantage, known);
        }
        return known;
    }
}
