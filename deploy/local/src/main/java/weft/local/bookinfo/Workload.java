package weft.local.bookinfo;

import java.util.List;

/**
 * One workload of the application: a version of a service. Immutable.
 *
 * @param app the service it belongs to
 */
public record Workload(String app, String version) {
    /** In the order of their ports. */
    public static final List<Workload> ALL = List.of(
            new Workload("productpage", "v1"),
            new Workload("details", "v1"),
            new Workload("reviews", "v1"),
            new Workload("reviews", "v2"),
            new Workload("reviews", "v3"),
            new Workload("ratings", "v1"));

    /** As {@code reviews-v2}. */
    public String name() {
        return app + "-" + version;
    }
}
