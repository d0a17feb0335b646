package weft.routing.validate;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.HealthProbe.StatusRange;
import weft.schema.HTTPHealthCheck;
import weft.schema.HealthCheckPolicySpec;
import weft.schema.PolicyTargetReference;

/** A HealthCheckPolicy: one target, one way to probe, figures that go together. Thread-safe: functions only. */
final class HealthCheckPolicyChecks {
    private static final List<String> TARGETS = List.of("Service", "core/Service", "networking.istio.io/ServiceEntry");

    /** Fields that the proxy writes itself. */
    private static final List<String> OWN_FIELDS = List.of("host", "content-length", "transfer-encoding", "connection");

    /** What an interval is that is not given. */
    private static final long DEFAULT_INTERVAL_MILLIS = 5_000;

    private HealthCheckPolicyChecks() {}

    static void check(HealthCheckPolicySpec spec, Problems problems) {
        problems.require(
                (spec.getTargetRef() == null) != (spec.getHost() == null),
                spec.getHost() == null
                        ? "names no service (expected: targetRef or host)"
                        : "targetRef beside host (expected: one of them)");
        target(spec.getTargetRef(), problems.at("targetRef"));
        if (spec.getHost() != null) {
            Syntax.domain(spec.getHost(), false, problems.at("host"));
        }
        if (!spec.getSubset().isEmpty()) {
            problems.at("subset")
                    .require(
                            Syntax.isDnsLabel(spec.getSubset()),
                            "\"" + spec.getSubset() + "\" (expected: the name of a subset)");
        }
        long methods =
                Arrays.asList(spec.getHttpHealthCheck(), spec.getTcpHealthCheck(), spec.getGrpcHealthCheck()).stream()
                        .filter(method -> method != null)
                        .count();
        problems.require(
                methods == 1,
                methods + " ways to probe (expected: one of httpHealthCheck, tcpHealthCheck, grpcHealthCheck)");
        if (spec.getHttpHealthCheck() != null) {
            http(spec.getHttpHealthCheck(), problems.at("httpHealthCheck"));
        }
        times(spec, problems);
    }

    private static void target(@Nullable PolicyTargetReference reference, Problems problems) {
        if (reference == null) {
            return;
        }
        String kind =
                reference.getGroup().isEmpty() ? reference.getKind() : reference.getGroup() + "/" + reference.getKind();
        problems.at("kind")
                .require(TARGETS.contains(kind), "\"" + kind + "\" (expected: " + String.join(", ", TARGETS) + ")");
        problems.at("name")
                .require(
                        !reference.getName().isEmpty() && reference.getName().indexOf('/') < 0,
                        "\"" + reference.getName() + "\" (expected: the name of a resource)");
        problems.at("namespace")
                .require(
                        reference.getNamespace().isEmpty(),
                        "\"" + reference.getNamespace() + "\" (expected: none, a target is of the own namespace)");
    }

    private static void http(HTTPHealthCheck http, Problems problems) {
        String path = http.getPath();
        boolean isPlain = path.chars().allMatch(c -> c > ' ' && c < 0x7F);
        problems.at("path")
                .require(
                        path.isEmpty() || (path.startsWith("/") && isPlain && path.indexOf('#') < 0),
                        "\"" + path + "\" (expected: a path that begins with \"/\", as /healthz)");
        String method = http.getMethod();
        problems.at("method")
                .require(
                        method.isEmpty() || (Syntax.isStrictHeaderName(method) && !method.equals("CONNECT")),
                        "\"" + method + "\" (expected: a method but CONNECT, as GET or HEAD)");
        boolean isHost = http.getHost().chars().allMatch(c -> c > ' ' && c < 0x7F && c != '/' && c != '@');
        problems.at("host").require(isHost, "\"" + http.getHost() + "\" (expected: HOST or HOST:PORT)");
        statuses(http.getExpectedStatuses(), "expectedStatuses", problems);
        statuses(http.getRetriableStatuses(), "retriableStatuses", problems);
        http.getHeaders().forEach((name, value) -> {
            Problems at = problems.at("headers", name);
            at.require(Syntax.isHeaderName(name), "\"" + name + "\" (expected: a header name)");
            at.require(
                    OWN_FIELDS.stream().noneMatch(name::equalsIgnoreCase),
                    "\"" + name + "\" is written by the proxy (expected: another header)");
            at.require(
                    value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7F)),
                    "has a control character (expected: a header value)");
        });
    }

    private static void statuses(List<String> texts, String field, Problems problems) {
        for (int i = 0; i < texts.size(); i++) {
            try {
                StatusRange.parse(texts.get(i));
            } catch (IllegalArgumentException e) {
                problems.at(field, i).error(String.valueOf(e.getMessage()));
            }
        }
    }

    private static void times(HealthCheckPolicySpec spec, Problems problems) {
        if (spec.getTimeout() != null && spec.getInterval() != null && spec.getTimeout() > spec.getInterval()) {
            problems.at("timeout").warning("is longer than the interval: a stalled endpoint is found out late");
        }
        Long noTraffic = spec.getNoTrafficInterval();
        if (noTraffic != null) {
            long interval = spec.getInterval() == null ? DEFAULT_INTERVAL_MILLIS : spec.getInterval();
            problems.at("noTrafficInterval")
                    .require(noTraffic >= interval, "is shorter than the interval (expected: the interval or longer)");
            problems.at("noTrafficInterval")
                    .require(
                            !spec.getShare(), "beside share (expected: one of them, as others' requests are not seen)");
        }
    }
}
