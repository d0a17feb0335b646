package weft.publish.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weft.routing.explain.Call;
import weft.routing.http.Authority;
import weft.routing.route.HeaderOperations.Field;

/** A method, a URL and {@code -H} options to a call, as curl reads them. Thread-safe: functions only. */
final class RequestWords {
    private RequestWords() {}

    static Call call(String method, String url, List<String> headers, @Nullable Long draw) {
        int colon = url.indexOf("://");
        String scheme = colon < 0 ? null : url.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = colon < 0 ? url : url.substring(colon + 3);
        int fragment = rest.indexOf('#');
        rest = fragment < 0 ? rest : rest.substring(0, fragment);
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        String path = rest.substring(end);
        List<Field> fields = new ArrayList<>();
        String host = "";
        for (String header : headers) {
            int at = header.indexOf(':');
            if (at < 1) {
                throw new CommandFailure(ExitCode.USAGE, "-H: \"" + header + "\" (expected: 'name: value')");
            }
            String name = header.substring(0, at).trim().toLowerCase(Locale.ROOT);
            String value = header.substring(at + 1).trim();
            if (name.equals("host")) {
                host = value;
            } else {
                fields.add(new Field(name, value));
            }
        }
        String authority = rest.substring(0, end);
        return new Call(
                method,
                scheme,
                host.isEmpty() ? authority : host,
                path.startsWith("/") ? path : "/" + path,
                fields,
                Authority.port(authority, 0),
                draw);
    }
}
