package weft.routing.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.compile.SnapshotCompiler;
import weft.routing.http.PathNormalization;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;

/** Calls to put piece by piece, on one proxy. Immutable. */
record Calls(ProxySnapshot snapshot, Call call) {

    static Calls through(String gateway, RuleSnapshot rules) {
        return on(new Vantage(gateway, null, Map.of()), rules);
    }

    static Calls from(String namespace, Map<String, String> labels, RuleSnapshot rules) {
        return on(new Vantage(null, namespace, labels), rules);
    }

    private static Calls on(Vantage vantage, RuleSnapshot rules) {
        ProxyIdentity identity = vantage.proxy(rules);
        return of(new SnapshotCompiler(identity).compile(rules, ProxySnapshot.empty(identity)));
    }

    static Calls of(ProxySnapshot snapshot) {
        return new Calls(snapshot, new Call("GET", null, "", "/", List.of(), 0, null));
    }

    Calls method(String method) {
        return with(new Call(
                method, call.scheme(), call.authority(), call.path(), call.headers(), call.port(), call.draw()));
    }

    Calls scheme(@Nullable String scheme) {
        return with(new Call(
                call.method(), scheme, call.authority(), call.path(), call.headers(), call.port(), call.draw()));
    }

    Calls port(int port) {
        return with(new Call(
                call.method(), call.scheme(), call.authority(), call.path(), call.headers(), port, call.draw()));
    }

    Calls draw(long draw) {
        return with(new Call(
                call.method(), call.scheme(), call.authority(), call.path(), call.headers(), call.port(), draw));
    }

    Calls header(String name, String value) {
        List<Field> headers = new ArrayList<>(call.headers());
        headers.add(new Field(name.toLowerCase(Locale.ROOT), value));
        return with(new Call(
                call.method(), call.scheme(), call.authority(), call.path(), headers, call.port(), call.draw()));
    }

    Explanation to(String authority, String path) {
        Call sent = new Call(call.method(), call.scheme(), authority, path, call.headers(), call.port(), call.draw());
        return new Explainer(snapshot, PathNormalization.BASE).explain(sent, true);
    }

    private Calls with(Call changed) {
        return new Calls(snapshot, changed);
    }
}
