package weft.routing.validate;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weft.routing.route.HeaderTemplate;
import weft.schema.HeaderOperations;
import weft.schema.Headers;

/** Names and values of header fields in matches and operations. Thread-safe: functions only. */
final class HeaderChecks {
    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path", ":status");

    private static final String CLAIMS = "@request.auth.claims";

    private HeaderChecks() {}

    /** A name to match on: a field, a pseudo field or a claim of a token. */
    static void matchName(String name, Problems problems) {
        problems.require(
                isClaim(name) || PSEUDO.contains(name) || Syntax.isHeaderName(name),
                "\"" + name + "\" (expected: a header name)");
    }

    static boolean isClaim(String name) {
        if (!name.toLowerCase(Locale.ROOT).startsWith(CLAIMS)) {
            return false;
        }
        String claim = name.substring(CLAIMS.length());
        return (claim.startsWith(".") && claim.length() > 1)
                || (claim.startsWith("[") && claim.endsWith("]") && claim.length() > 2);
    }

    static void operations(@Nullable Headers headers, Problems problems) {
        if (headers == null) {
            return;
        }
        operations(headers.getRequest(), true, problems.at("headers.request"));
        operations(headers.getResponse(), false, problems.at("headers.response"));
    }

    private static void operations(@Nullable HeaderOperations operations, boolean request, Problems problems) {
        if (operations == null) {
            return;
        }
        fields(operations.getAdd(), request, problems.at("add"));
        fields(operations.getSet(), request, problems.at("set"));
        for (int i = 0; i < operations.getRemove().size(); i++) {
            name(operations.getRemove().get(i), false, problems.at("remove", i));
        }
    }

    private static void fields(Map<String, String> fields, boolean authority, Problems problems) {
        fields.forEach((name, value) -> {
            name(name, authority, problems);
            value(value, problems.at(name));
        });
    }

    private static void name(String name, boolean authority, Problems problems) {
        boolean isAuthority = name.equalsIgnoreCase(":authority") || name.equalsIgnoreCase("host");
        boolean isInternal = name.startsWith(":") || name.equalsIgnoreCase("host");
        problems.require(
                !name.isEmpty() && (!isInternal || (authority && isAuthority)),
                "\"" + name + "\" (expected: a header name" + (authority ? " or :authority" : ", not the host") + ")");
    }

    private static void value(String value, Problems problems) {
        boolean clean = value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c != 0x7F));
        problems.require(clean, "\"" + value + "\" (expected: no control characters)");
        String fault = CommandFormat.fault(value);
        if (fault != null) {
            problems.error("\"" + value + "\" (expected: " + fault + ")");
            return;
        }
        HeaderTemplate template = HeaderTemplate.of(value);
        if (template != null && !template.unknown().isEmpty()) {
            problems.warning("\"" + value + "\": " + String.join(", ", template.unknown())
                    + " stands for nothing in this version (known: "
                    + String.join(", ", new TreeSet<>(HeaderTemplate.KNOWN)) + ")");
        }
    }

    /** At most one place may set the host. */
    static void singleAuthority(String rewrite, @Nullable Headers headers, Problems problems) {
        long places = rewrite.isEmpty() ? 0 : 1;
        if (headers != null && headers.getRequest() != null) {
            places += authorities(headers.getRequest().getSet());
            places += authorities(headers.getRequest().getAdd());
        }
        problems.require(places <= 1, "the host is rewritten in " + places + " places (expected: one)");
    }

    private static long authorities(Map<String, String> fields) {
        return fields.keySet().stream()
                .filter(name -> name.equalsIgnoreCase(":authority") || name.equalsIgnoreCase("host"))
                .count();
    }
}
