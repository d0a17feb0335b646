package weft.proxy.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import weft.routing.route.DirectResponse;
import weft.routing.route.Forward;
import weft.routing.route.Redirect;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;

/** Writes a route table for people to read. Thread-safe: holds no state. */
final class RouteText {
    private RouteText() {}

    static String of(String title, RouteTable table) {
        StringBuilder text = new StringBuilder(title).append('\n');
        for (VirtualHost host : table.virtualHosts()) {
            text.append("  ")
                    .append(host.name())
                    .append("  ")
                    .append(String.join(", ", host.domains()))
                    .append(host.requireTls() ? "  (https only)" : "")
                    .append('\n');
            for (Route route : host.routes()) {
                text.append("    ").append(match(route.match())).append(" -> ").append(action(route));
                if (route.rule() != null) {
                    text.append("  [")
                            .append(route.rule().key())
                            .append(' ')
                            .append(route.rule().path());
                    text.append(']');
                }
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String match(RouteMatch match) {
        List<String> words = new ArrayList<>();
        if (match.method() != null) {
            words.add("method " + RuleView.text(match.method()));
        }
        if (match.path() != null) {
            words.add(RuleView.text(match.path()));
        }
        if (match.scheme() != null) {
            words.add("scheme " + RuleView.text(match.scheme()));
        }
        if (match.authority() != null) {
            words.add("authority " + RuleView.text(match.authority()));
        }
        match.headers()
                .forEach(header -> words.add(
                        (header.invert() ? "not " : "") + header.name() + ": " + RuleView.text(header.value())));
        match.queryParams().forEach(query -> words.add("?" + query.name() + "=" + RuleView.text(query.value())));
        return words.isEmpty() ? "*" : String.join(" and ", words);
    }

    private static String action(Route route) {
        if (route.action() instanceof Forward forward) {
            if (forward.clusters().size() == 1) {
                return forward.clusters().get(0).cluster();
            }
            return forward.clusters().stream()
                    .map(cluster -> cluster.weight() + " " + cluster.cluster())
                    .collect(Collectors.joining(", "));
        }
        if (route.action() instanceof Redirect redirect) {
            return "redirect " + redirect.status();
        }
        return route.action() instanceof DirectResponse direct ? "answer " + direct.status() : "nothing";
    }
}
