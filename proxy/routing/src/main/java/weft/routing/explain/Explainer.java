package weft.routing.explain;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.explain.Answer.Action;
import weft.routing.explain.TracedRoute.Verdict;
import weft.routing.http.ForwardedHeaders;
import weft.routing.http.PathNormalization;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseFlag;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimits;
import weft.routing.route.DirectResponse;
import weft.routing.route.Fault;
import weft.routing.route.Forward;
import weft.routing.route.HeaderFacts;
import weft.routing.route.HeaderOperations;
import weft.routing.route.Percentage;
import weft.routing.route.Redirect;
import weft.routing.route.RedirectLocation;
import weft.routing.route.Route;
import weft.routing.route.UpstreamHead;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/**
 * Answers for one proxy where calls go. Immutable.
 *
 * <p>It takes the steps of the proxy's exchange in the same order, with the same classes: normalisation, forwarded
 * headers, virtual host, route, weights, delay, abort, CORS, cluster, rewriting.
 */
public final class Explainer {
    private static final int MOVED_PERMANENTLY = 301;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final double ALWAYS = 100;

    /** Stands for the client: an address for documentation, RFC 5737. */
    private static final String PEER = "192.0.2.1";

    private static final String REQUEST_ID = "00000000-0000-4000-8000-000000000000";

    private final ProxySnapshot snapshot;
    private final PathNormalization paths;
    private final Arrivals arrivals;

    /** @param paths as the proxy is told to make paths canonical */
    public Explainer(ProxySnapshot snapshot, PathNormalization paths) {
        this.snapshot = snapshot;
        this.paths = paths;
        this.arrivals = new Arrivals(snapshot);
    }

    /** @param isTraced whether to say of every route why it does or does not match */
    public Explanation explain(Call call, boolean isTraced) {
        Arrival arrival = arrivals.of(call);
        Draft draft = new Draft(call, arrival);
        if (arrival.listener() == null) {
            return draft.end(Answer.of(Action.NONE, 0, null, "no_listener"));
        }
        TcpProxy connection = arrival.connection();
        if (connection != null) {
            return draft.end(connection(connection, call));
        }
        if (arrival.table() == null) {
            return draft.end(Answer.of(Action.NONE, 0, ResponseFlag.NO_ROUTE_FOUND, "filter_chain_not_found"));
        }
        String path = paths.normalize(call.path());
        if (path == null) {
            return draft.end(Answer.of(Action.NONE, BAD_REQUEST, null, "path_normalization_failed"));
        }
        draft.path = path;
        RequestHead head = head(call, arrival.scheme(), path);
        draft.rateLimits = rateLimits(arrival.listener(), head, arrival.port());
        VirtualHost host = arrival.table().virtualHost(head.authority());
        if (isTraced) {
            draft.unused = UnusedRules.of(snapshot, call, arrival.port(), host);
        }
        if (host == null) {
            return draft.end(noRoute());
        }
        draft.virtualHost = host;
        if (host.requireTls() && head.scheme().equals("http")) {
            return draft.end(Answer.redirect(MOVED_PERMANENTLY, RedirectLocation.https(head)));
        }
        Route route = host.match(head);
        draft.route = route;
        if (isTraced) {
            trace(host, route, head, draft.trace);
        }
        return draft.end(route == null ? noRoute() : answer(route, head, call, draft));
    }

    /** What is gathered on the way to an answer. Confined to one call. */
    private static final class Draft {
        private final Call call;
        private final Arrival arrival;
        private final List<TracedRoute> trace = new ArrayList<>();
        private List<UnusedRule> unused = List.of();
        private final List<String> notes = new ArrayList<>();
        private String path;
        private @Nullable VirtualHost virtualHost;
        private @Nullable Route route;
        private long delayMillis;
        private List<RateLimit> rateLimits = List.of();

        Draft(Call call, Arrival arrival) {
            this.call = call;
            this.arrival = arrival;
            this.path = call.path();
            if (!arrival.note().isEmpty()) {
                notes.add(arrival.note());
            }
        }

        Explanation end(Answer answer) {
            return new Explanation(
                    call,
                    arrival.listener(),
                    virtualHost == null ? "" : virtualHost.name(),
                    virtualHost == null ? List.of() : virtualHost.domains(),
                    path,
                    route,
                    answer,
                    delayMillis,
                    trace,
                    unused,
                    notes,
                    rateLimits);
        }
    }

    private List<RateLimit> rateLimits(Listener listener, RequestHead head, int port) {
        return snapshot.rateLimits().of(listener.name()).stream()
                .filter(bound ->
                        bound.covers(head.authority(), port) && bound.limit().matches(head))
                .map(RateLimits.Bound::limit)
                .toList();
    }

    private static Answer noRoute() {
        return Answer.of(Action.NONE, NOT_FOUND, ResponseFlag.NO_ROUTE_FOUND, "route_not_found");
    }

    private RequestHead head(Call call, String scheme, String path) {
        RequestHead head = new RequestHead();
        head.reset(call.method(), scheme, call.authority(), path);
        call.headers().forEach(field -> head.headers().add(field.name(), field.value()));
        ForwardedHeaders.prepare(head, snapshot.identity().mode() == Mode.GATEWAY, PEER, () -> REQUEST_ID);
        return head;
    }

    private static void trace(VirtualHost host, @Nullable Route matched, RequestHead head, List<TracedRoute> to) {
        boolean isFound = false;
        for (Route route : host.routes()) {
            if (isFound) {
                to.add(new TracedRoute(route, Verdict.NOT_REACHED, null, List.of()));
                continue;
            }
            Condition failed = Conditions.firstFailed(route.match(), head);
            isFound = failed == null;
            to.add(new TracedRoute(
                    route,
                    isFound ? Verdict.MATCHED : Verdict.FAILED,
                    failed,
                    isFound ? Conditions.of(route.match()) : List.of()));
            if (isFound && !route.equals(matched)) {
                throw new IllegalStateException("the table answers " + matched + " (expected: " + route + ")");
            }
        }
        if (!isFound && matched != null) {
            throw new IllegalStateException("the table answers " + matched + " (expected: no route)");
        }
    }

    private Answer answer(Route route, RequestHead head, Call call, Draft draft) {
        if (route.action() instanceof Redirect redirect) {
            return Answer.redirect(redirect.status(), RedirectLocation.of(redirect, head));
        }
        if (route.action() instanceof DirectResponse direct) {
            return Answer.of(Action.DIRECT_RESPONSE, direct.status(), null, "direct_response");
        }
        Forward forward = (Forward) route.action();
        WeightedCluster destination = forward.pick(call.draw() == null ? 0 : call.draw());
        Set<ResponseFlag> flags = EnumSet.noneOf(ResponseFlag.class);
        Fault fault = forward.fault();
        if (fault != null && fault.delay() != null && isDrawn(fault.delay().percentage(), call)) {
            flags.add(ResponseFlag.DELAY_INJECTED);
            draft.delayMillis = fault.delay().delayMillis();
        }
        if (fault != null && fault.abort() != null && isDrawn(fault.abort().percentage(), call)) {
            flags.add(ResponseFlag.FAULT_INJECTED);
            return own(Action.ABORT, destination, fault.abort().httpStatus(), flags, "fault_filter_abort");
        }
        HeaderOperations preflight = route.cors() == null ? null : route.cors().preflight(head);
        if (preflight != null) {
            return new Answer(
                    Action.PREFLIGHT,
                    destination,
                    null,
                    null,
                    weft.routing.route.CorsPolicy.PREFLIGHT_STATUS,
                    null,
                    flags,
                    "cors_response",
                    preflight);
        }
        Cluster cluster = snapshot.clusters().get(destination.cluster());
        UpstreamHead.prepare(route, forward, destination, head, HeaderFacts.NONE);
        if (cluster == null) {
            draft.notes.add(MissingClusters.why(destination, snapshot));
        }
        return upstream(destination, cluster, flags, head.path(), head.authority());
    }

    /** A cluster that is not there, or one whose subset leaves none of the endpoints there are, is answered for. */
    private Answer upstream(
            WeightedCluster destination,
            @Nullable Cluster cluster,
            Set<ResponseFlag> flags,
            @Nullable String path,
            @Nullable String authority) {
        int status = 0;
        String details = "via_upstream";
        if (cluster == null) {
            status = UNAVAILABLE;
            flags.add(ResponseFlag.NO_CLUSTER_FOUND);
            details = "cluster_not_found";
        } else if (isSubsetOfNothing(cluster)) {
            status = UNAVAILABLE;
            flags.add(ResponseFlag.NO_HEALTHY_UPSTREAM);
            details = "no_healthy_upstream";
        }
        return new Answer(
                Action.ROUTE, destination, path, authority, status, null, flags, details, HeaderOperations.NONE);
    }

    private boolean isSubsetOfNothing(Cluster cluster) {
        if (cluster.discovery() != Cluster.Discovery.STATIC
                || cluster.subset().isEmpty()
                || !cluster.endpoints().isEmpty()) {
            return false;
        }
        Cluster whole = snapshot.clusters().get(Cluster.nameOf("outbound", cluster.port(), "", cluster.service()));
        return whole != null && !whole.endpoints().isEmpty();
    }

    private static Answer own(
            Action action, WeightedCluster destination, int status, Set<ResponseFlag> flags, String details) {
        return new Answer(action, destination, null, null, status, null, flags, details, HeaderOperations.NONE);
    }

    private static boolean isDrawn(double percentage, Call call) {
        return call.draw() == null ? percentage >= ALWAYS : Percentage.includes(percentage, call.draw());
    }

    /** A connection goes on as a whole, whatever request it carries. */
    private Answer connection(TcpProxy proxy, Call call) {
        WeightedCluster destination = WeightedCluster.pick(proxy.clusters(), call.draw() == null ? 0 : call.draw());
        Cluster cluster = snapshot.clusters().get(destination.cluster());
        return upstream(destination, cluster, EnumSet.noneOf(ResponseFlag.class), null, null);
    }
}
