package weft.routing.validate;

import com.google.re2j.Pattern;

/** Web addresses, as Go's {@code net/url} reads them. Thread-safe: functions only. */
final class HttpUrl {
    private static final String ESCAPED = "%[0-9A-Fa-f]{2}";
    private static final String HOST = "(?:\\[[^\\]\\s/?#]*\\]|[^\\s/?#:\\[\\]@%<>\"\\\\^`{}|]*)";
    private static final Pattern VALID = Pattern.compile(
            "(?i:https?):(?://(?:[^\\s/?#@]*@)?" + HOST + "(?::[0-9]*)?(?:[/?#].*)?|[^/].*|/|/[^/].*)?");
    private static final Pattern PATH = Pattern.compile("(?:[^%?#]|" + ESCAPED + ")*(?:[?#].*)?");

    private HttpUrl() {}

    /** Whether it is an address of scheme http or https. */
    static boolean isValid(String text) {
        boolean clean = text.chars().allMatch(c -> c >= ' ' && c != 0x7f);
        return clean && VALID.matches(text) && PATH.matches(text);
    }
}
