package weft.routing.route;

import weft.routing.http.Authority;
import weft.routing.http.RequestHead;

/** Makes the {@code location} of redirects. Thread-safe: functions only. */
public final class RedirectLocation {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private RedirectLocation() {}

    /** The same URL by https, for a host that takes nothing else. */
    public static String https(RequestHead head) {
        return "https://" + head.authority() + head.path();
    }

    public static String of(Redirect redirect, RequestHead head) {
        String scheme = redirect.scheme() != null ? redirect.scheme() : head.scheme();
        return scheme + "://" + authority(redirect, head, scheme) + path(redirect, head);
    }

    private static String authority(Redirect redirect, RequestHead head, String scheme) {
        String requested = head.authority();
        String host = redirect.authority() != null ? redirect.authority() : requested;
        Integer explicit = redirect.port();
        if (explicit != null) {
            int port = explicit;
            String bare = Authority.host(host);
            return port == defaultPort(scheme) ? bare : bare + ":" + port;
        }
        if (redirect.authority() == null
                && !scheme.equals(head.scheme())
                && Authority.port(requested, 0) == defaultPort(head.scheme())) {
            return Authority.host(requested);
        }
        return host;
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
    }

    private static String path(Redirect redirect, RequestHead head) {
        String path = head.path();
        String query = path.substring(head.pathLength());
        if (redirect.path() != null) {
            String slash = redirect.path().startsWith("/") ? "" : "/";
            return slash + redirect.path() + (redirect.path().indexOf('?') < 0 ? query : "");
        }
        if (redirect.prefixRewrite() != null) {
            return redirect.prefixRewrite() + path.substring(redirect.matchedLength());
        }
        return path;
    }
}
