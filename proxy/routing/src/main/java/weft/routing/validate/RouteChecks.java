package weft.routing.validate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.schema.Destination;
import weft.schema.RouteDestination;
import weft.schema.StringMatch;

/** What HTTP, TLS and TCP routes share: destinations, weights, gateways, string matches. Thread-safe: functions only. */
final class RouteChecks {
    private RouteChecks() {}

    static void destination(@Nullable Destination destination, Problems problems) {
        if (destination == null) {
            return;
        }
        if (destination.getHost().equals("*")) {
            problems.at("host").error("\"*\" (expected: one host)");
        } else {
            Syntax.domain(destination.getHost(), true, problems.at("host"));
        }
        if (!destination.getSubset().isEmpty()) {
            subset(destination.getSubset(), problems.at("subset"));
        }
        if (destination.getPort() != null) {
            problems.at("port.number").port(destination.getPort().getNumber());
        }
    }

    static void subset(String name, Problems problems) {
        problems.require(Syntax.isDnsLabel(name), "\"" + name + "\" (expected: a DNS label)");
    }

    /** Checks one target and returns its weight. */
    static long target(@Nullable Destination destination, int weight, Problems problems) {
        problems.require(destination != null, "destination is missing");
        destination(destination, problems.at("destination"));
        problems.at("weight").require(weight >= 0, weight + " (expected: 0 or more)");
        return weight;
    }

    static void total(int targets, long total, Problems problems) {
        problems.require(targets < 2 || total != 0, "weights are all 0 (expected: one above 0)");
    }

    static void targets(List<RouteDestination> route, Problems problems) {
        problems.require(!route.isEmpty(), "route is missing");
        long total = 0;
        for (int i = 0; i < route.size(); i++) {
            RouteDestination target = route.get(i);
            total += target(target.getDestination(), target.getWeight(), problems.at("route", i));
        }
        total(route.size(), total, problems.at("route"));
    }

    /** Istio looks no further than the first name without namespace: what is wrong after it is a warning. */
    static void gateways(List<String> names, Problems problems) {
        boolean isLookedAt = true;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Problems at = problems.at("gateways", i);
            int slash = name.indexOf('/');
            String wrong = null;
            if (slash >= 0) {
                boolean good =
                        Syntax.isDnsLabel(name.substring(0, slash)) && Syntax.isDnsLabel(name.substring(slash + 1));
                wrong = good ? null : "\"" + name + "\" (expected: namespace/name)";
            } else if (!Syntax.isDomain(name, false)) {
                wrong = "\"" + name + "\" (expected: the name of a gateway)";
            } else if (name.indexOf('.') >= 0) {
                at.warning("\"" + name + "\" is the old spelling (expected: namespace/name)");
            }
            if (wrong != null && isLookedAt) {
                at.error(wrong);
            } else if (wrong != null) {
                at.warning(wrong);
            }
            isLookedAt &= slash >= 0;
        }
    }

    static void stringMatch(@Nullable StringMatch match, Problems problems) {
        if (match == null) {
            return;
        }
        if (match.getPrefix() != null) {
            problems.at("prefix").require(!match.getPrefix().isEmpty(), "\"\" (expected: a prefix)");
        }
        regexMatch(match, problems);
    }

    static void regexMatch(@Nullable StringMatch match, Problems problems) {
        if (match != null && match.getRegex() != null) {
            Syntax.regex(match.getRegex(), problems.at("regex"));
        }
    }

    /** Predicates that HTTP, TLS and TCP matches have in common. */
    static void source(
            long port,
            Map<String, String> sourceLabels,
            List<String> gateways,
            String sourceNamespace,
            List<String> subnets,
            Problems problems) {
        if (port != 0) {
            problems.at("port").port(port);
        }
        Syntax.labels(sourceLabels, problems.at("sourceLabels"));
        gateways(gateways, problems);
        problems.at("sourceNamespace")
                .require(
                        sourceNamespace.isEmpty() || Syntax.isDnsLabel(sourceNamespace),
                        "\"" + sourceNamespace + "\" (expected: a namespace)");
        for (int i = 0; i < subnets.size(); i++) {
            problems.at("destinationSubnets", i)
                    .require(
                            IpAddress.isSubnet(subnets.get(i)),
                            "\"" + subnets.get(i) + "\" (expected: an IP address or CIDR block)");
        }
    }
}
