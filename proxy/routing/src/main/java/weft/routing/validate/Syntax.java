package weft.routing.validate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.Protocol;

/** Forms of names, hosts, labels and expressions, each check as Istio has it. Thread-safe: functions only. */
final class Syntax {
    private static final int LABEL_LENGTH = 63;
    private static final int DOMAIN_LENGTH = 255;
    private static final int PREFIX_LENGTH = 253;
    private static final int REGEX_LENGTH = 1024;
    private static final String DNS = "[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?";
    private static final String QUALIFIED = "(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final Pattern DNS_LABEL = Pattern.compile(DNS);
    private static final Pattern WILDCARD_LABEL = Pattern.compile("\\*|(?:\\*|\\*-)?" + DNS);
    private static final Pattern LABEL_PREFIX = Pattern.compile(DNS + "(?:\\." + DNS + ")*");
    private static final Pattern LABEL_NAME = Pattern.compile(QUALIFIED);
    private static final Pattern LABEL_VALUE = Pattern.compile("(?:" + QUALIFIED + ")?");
    private static final Pattern STRICT_HEADER_NAME = Pattern.compile("[-_A-Za-z0-9]+");
    private static final Pattern HEADER_NAME = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");

    private Syntax() {}

    static boolean isDnsLabel(String text) {
        return text.length() <= LABEL_LENGTH && DNS_LABEL.matches(text);
    }

    static boolean isHeaderName(String text) {
        return HEADER_NAME.matches(text);
    }

    /** A header name without the punctuation that HTTP allows as well. */
    static boolean isStrictHeaderName(String text) {
        return STRICT_HEADER_NAME.matches(text);
    }

    /** Digits that make a number from 1 to 65535. */
    static boolean isPort(String text) {
        boolean number = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return number && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65_535;
    }

    /** Empty, or a word Istio knows as a protocol. */
    static boolean isProtocol(String text) {
        return text.isEmpty() || isNamedProtocol(text);
    }

    /** A word Istio knows as a protocol; those of its tunnels are not for users to name. */
    static boolean isNamedProtocol(String text) {
        Protocol protocol = Protocol.parse(text);
        boolean tunnel = protocol == Protocol.HBONE || protocol == Protocol.DOUBLE_HBONE;
        return isHttpProxy(text) || (protocol != Protocol.SNIFFED && !tunnel);
    }

    /** Whether HTTP is spoken on a port of this protocol. */
    static boolean isHttp(String protocol) {
        return isHttpProxy(protocol) || Protocol.parse(protocol).isHttp();
    }

    /** Whether TLS is spoken on a port of this protocol. */
    static boolean isTls(String protocol) {
        Protocol parsed = Protocol.parse(protocol);
        return parsed == Protocol.TLS || parsed == Protocol.HTTPS;
    }

    private static boolean isHttpProxy(String protocol) {
        return protocol.equalsIgnoreCase("HTTP_PROXY");
    }

    /** A name of DNS labels, the last of which is not a number; the first may be a wildcard when that is allowed. */
    static void domain(String text, boolean wildcard, Problems problems) {
        if (text.isEmpty()) {
            problems.error("\"\" (expected: a host name)");
        } else if (text.length() > DOMAIN_LENGTH) {
            problems.error("host of " + text.length() + " characters (expected: at most " + DOMAIN_LENGTH + ")");
        } else {
            String bad = badLabel(text, wildcard);
            if (bad != null) {
                problems.error("\"" + text + "\" (expected: a host name; \"" + bad + "\" is no label of one)");
            }
        }
    }

    static boolean isDomain(String text, boolean wildcard) {
        return !text.isEmpty() && text.length() <= DOMAIN_LENGTH && badLabel(text, wildcard) == null;
    }

    private static @Nullable String badLabel(String domain, boolean wildcard) {
        String[] labels = domain.split("\\.", -1);
        int from = 0;
        if (wildcard) {
            if (labels[0].length() > LABEL_LENGTH || !WILDCARD_LABEL.matches(labels[0])) {
                return labels[0];
            }
            from = 1;
            if (labels.length == 1) {
                return null;
            }
        }
        String last = labels[labels.length - 1];
        if (!last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return last;
        }
        for (int i = from; i < labels.length; i++) {
            boolean finalDot = i == labels.length - 1 && labels[i].isEmpty();
            if (!finalDot && !isDnsLabel(labels[i])) {
                return labels[i];
            }
        }
        return null;
    }

    /** A wildcard is a whole label or nothing. */
    static boolean isPartialWildcard(String host) {
        return host.indexOf('*') >= 0 && host.length() != 1 && !host.startsWith("*.");
    }

    static void labels(Map<String, String> labels, Problems problems) {
        labels.forEach((key, value) -> {
            Problems at = problems.at(key);
            int slash = key.indexOf('/');
            String name = key.substring(slash + 1);
            boolean good = LABEL_NAME.matches(name) && name.length() <= LABEL_LENGTH;
            if (slash >= 0) {
                String prefix = key.substring(0, slash);
                good &= prefix.length() <= PREFIX_LENGTH && LABEL_PREFIX.matches(prefix);
            }
            at.require(good, "\"" + key + "\" (expected: a label name)");
            at.require(
                    value.length() <= LABEL_LENGTH && LABEL_VALUE.matches(value),
                    "\"" + value + "\" (expected: a label value)");
        });
    }

    static void regex(String expression, Problems problems) {
        if (expression.isEmpty()) {
            problems.error("\"\" (expected: a regex)");
            return;
        }
        if (expression.length() > REGEX_LENGTH) {
            problems.error("regex of " + expression.length() + " characters (expected: at most " + REGEX_LENGTH + ")");
            return;
        }
        try {
            Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            problems.error("\"" + expression + "\" (expected: RE2; " + e.getDescription() + ")");
        }
    }

    /** An absolute path to a file, or a name of the abstract namespace. */
    static void unixPath(String path, Problems problems) {
        if (!path.startsWith("@")) {
            problems.require(
                    path.startsWith("/") && !path.endsWith("/"),
                    "\"" + path + "\" (expected: an absolute path to a socket)");
        }
    }

    static void exportTo(String namespace, List<String> exportTo, boolean serviceEntry, Problems problems) {
        List<String> names = exportTo.stream()
                .map(name -> name.equals(".") ? namespace : name)
                .toList();
        for (int i = 0; i < names.size(); i++) {
            Problems at = problems.at("exportTo", i);
            String name = names.get(i);
            at.require(names.indexOf(name) == i, "\"" + exportTo.get(i) + "\" is named twice");
            boolean special = name.equals("*") || name.equals("~");
            at.require(!special || names.size() == 1, "\"" + name + "\" (expected: alone, or no \"" + name + "\")");
            at.require(
                    special ? name.equals("*") || serviceEntry : isDnsLabel(name),
                    "\"" + name + "\" (expected: \".\", \"*\" or a namespace)");
        }
    }
}
