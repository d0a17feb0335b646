package weft.routing.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A header value that is made for each request: text, and what Envoy's {@code %COMMAND(argument):length%} stands for.
 * Immutable.
 *
 * <p>A command that stands for nothing leaves nothing, as in Envoy's header fields; {@code %%} is a percent sign.
 */
public record HeaderTemplate(List<Part> parts) {
    /** Commands that proxies know; others stand for nothing. */
    public static final Set<String> KNOWN = Set.of(
            "REQ",
            "RESP",
            "PROTOCOL",
            "START_TIME",
            "RESPONSE_CODE",
            "RESPONSE_CODE_DETAILS",
            "ROUTE_NAME",
            "UPSTREAM_CLUSTER",
            "UPSTREAM_CLUSTER_RAW",
            "UPSTREAM_HOST",
            "DOWNSTREAM_REMOTE_ADDRESS",
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_LOCAL_ADDRESS",
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_LOCAL_PORT");

    /** No part of it may match in more than one way, so that any text is read in linear time. */
    private static final Pattern COMMAND =
            Pattern.compile("%(?:%|([A-Z_0-9]{1,64})(?:\\(([^)]{0,1024})\\))?(?::([0-9]{1,9}))?%)");

    /** Text as it is, or a command in its place. */
    public sealed interface Part {
        /** What stays the same. */
        record Text(String text) implements Part {}

        /**
         * What a request, or its answer, has.
         *
         * @param length most characters of it
         */
        record Command(String name, String argument, int length) implements Part {}
    }

    public HeaderTemplate {
        parts = List.copyOf(parts);
    }

    /** Reads a value as rules spell it; null when it is the same for every request as it stands. */
    public static @Nullable HeaderTemplate of(String value) {
        if (value.indexOf('%') < 0) {
            return null;
        }
        List<Part> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Matcher matcher = COMMAND.matcher(value);
        int from = 0;
        while (matcher.find()) {
            text.append(value, from, matcher.start());
            from = matcher.end();
            String name = matcher.group(1);
            if (name == null) {
                text.append('%');
                continue;
            }
            endText(text, parts);
            String argument = matcher.group(2);
            String length = matcher.group(3);
            parts.add(new Part.Command(
                    name,
                    argument == null ? "" : argument.toLowerCase(Locale.ROOT),
                    length == null ? Integer.MAX_VALUE : Integer.parseInt(length)));
        }
        text.append(value, from, value.length());
        endText(text, parts);
        return new HeaderTemplate(parts);
    }

    private static void endText(StringBuilder text, List<Part> parts) {
        if (!text.isEmpty()) {
            parts.add(new Part.Text(text.toString()));
            text.setLength(0);
        }
    }

    /** Names of the commands in it that no proxy knows, or not with their argument. */
    public List<String> unknown() {
        List<String> unknown = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Part.Command command && !isKnown(command)) {
                unknown.add(command.name());
            }
        }
        return unknown;
    }

    /** A time is told in one format. */
    private static boolean isKnown(Part.Command command) {
        return KNOWN.contains(command.name())
                && (command.argument().isEmpty() || !command.name().equals("START_TIME"));
    }

    /** The value for one request. */
    public String value(HeaderFacts facts) {
        StringBuilder value = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text text) {
                value.append(text.text());
            } else if (part instanceof Part.Command command) {
                String found = facts.value(command.name(), command.argument());
                if (found != null) {
                    value.append(found, 0, Math.min(found.length(), command.length()));
                }
            }
        }
        return value.toString();
    }
}
