package weft.routing.validate;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Set;

/** Forms of the values in an AuthorizationPolicy, each check as Istio has it. Thread-safe: functions only. */
final class AuthorizationSyntax {
    private static final int MOST_ACCOUNTS = 16;
    private static final int ACCOUNT_LENGTH = 320;
    private static final String ONE_SEGMENT = "{*}";
    private static final String REST = "{**}";
    private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9-._~%!$&'()+,;:@=]+");
    /** Keys whose values have no form of their own. */
    private static final Set<String> PLAIN = Set.of(
            "source.namespace",
            "source.principal",
            "request.auth.principal",
            "request.auth.audiences",
            "request.auth.presenter",
            "connection.sni");

    private AuthorizationSyntax() {}

    static void notEmpty(List<String> values, Problems problems) {
        problems.require(!values.contains(""), "\"\" (expected: a value)");
    }

    static void addresses(List<String> values, Problems problems) {
        for (String value : values) {
            problems.require(IpAddress.isSubnet(value), "\"" + value + "\" (expected: an IP address or CIDR block)");
        }
    }

    static void ports(List<String> values, Problems problems) {
        for (String value : values) {
            problems.require(
                    value.equals("0") || Syntax.isPort(value), "\"" + value + "\" (expected: a port, 0 to 65535)");
        }
    }

    /** {@code account} or {@code namespace/account}, nothing left open. */
    static void accounts(List<String> values, Problems problems) {
        problems.require(
                values.size() <= MOST_ACCOUNTS, values.size() + " values (expected: at most " + MOST_ACCOUNTS + ")");
        for (String value : values) {
            int slash = value.indexOf('/');
            boolean good = !value.isEmpty()
                    && value.indexOf('*') < 0
                    && slash == value.lastIndexOf('/')
                    && slash != 0
                    && slash != value.length() - 1
                    && value.length() <= ACCOUNT_LENGTH;
            problems.require(good, "\"" + value + "\" (expected: account or namespace/account, without *)");
        }
    }

    static void trustDomains(List<String> values, Problems problems) {
        wildcards(values, problems);
        for (String value : values) {
            problems.require(value.indexOf('/') < 0, "\"" + value + "\" (expected: a trust domain, without /)");
        }
    }

    private static void wildcards(List<String> values, Problems problems) {
        for (String value : values) {
            int star = value.indexOf('*');
            boolean atAnEnd = star < 0 || (star == value.lastIndexOf('*') && (star == 0 || star == value.length() - 1));
            problems.require(
                    !value.isEmpty() && atAnEnd, "\"" + value + "\" (expected: a value, * at one end at most)");
        }
    }

    /** A path, perhaps with <code>{*}</code> for a segment and <code>{**}</code> for the rest. */
    static void paths(List<String> values, Problems problems) {
        for (String value : values) {
            boolean isTemplate = value.contains(ONE_SEGMENT) || value.contains(REST);
            boolean rest = false;
            for (String segment : value.replaceAll("^/+|/+$", "").split("/", -1)) {
                boolean wild = segment.equals(ONE_SEGMENT) || segment.equals(REST);
                problems.require(!wild || !rest, "\"" + value + "\" (expected: nothing after {**})");
                if (wild) {
                    rest |= segment.equals(REST);
                    continue;
                }
                boolean braces = segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0;
                problems.require(!braces, "\"" + value + "\" (expected: {*} or {**} as a whole segment)");
                problems.require(
                        braces || !isTemplate || SEGMENT.matches(segment),
                        "\"" + value + "\" (expected: characters of a path; \"" + segment + "\" is no segment)");
            }
        }
    }

    /** The key of a condition, and values as it takes them. */
    static void attribute(String key, List<String> values, Problems at, Problems atKey) {
        notEmpty(values, at);
        if (key.startsWith("request.headers")
                || key.startsWith("request.auth.claims")
                || key.startsWith("experimental.envoy.filters.")) {
            int open = key.indexOf('[');
            atKey.require(
                    key.endsWith("]") && open > 0 && open < key.length() - 2,
                    "\"" + key + "\" (expected: a name in brackets, as in request.headers[x-version])");
            return;
        }
        switch (key) {
            case "source.ip", "remote.ip", "destination.ip" -> addresses(values, at);
            case "destination.port" -> ports(values, at);
            case "source.serviceAccount" -> accounts(values, at);
            case "source.trustDomain" -> wildcards(values, at);
            case "destination.namespace" ->
                atKey.error("\"" + key + "\" (expected: none, a policy is for its own namespace)");
            case "destination.name", "destination.user" ->
                atKey.error("\"" + key + "\" (expected: none, that was v1alpha1)");
            default -> {
                boolean labels = key.startsWith("destination.labels");
                atKey.require(!labels, "\"" + key + "\" (expected: the selector of the policy)");
                atKey.require(
                        labels || PLAIN.contains(key),
                        "\"" + key + "\" (expected: an attribute such as source.namespace, request.headers[name])");
            }
        }
    }
}
