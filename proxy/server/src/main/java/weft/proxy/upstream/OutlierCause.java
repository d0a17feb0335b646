package weft.proxy.upstream;

import java.util.Locale;

/** What an endpoint is ejected for, in Envoy's words. Immutable. */
public enum OutlierCause {
    CONSECUTIVE_5XX,
    CONSECUTIVE_GATEWAY_FAILURE,
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE;

    private final String words = name().toLowerCase(Locale.ROOT);

    public String words() {
        return words;
    }
}
