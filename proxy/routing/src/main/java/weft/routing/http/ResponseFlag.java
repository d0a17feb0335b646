package weft.routing.http;

import java.util.Set;

/** Why Weft answered, or failed to, in Envoy's words; the short name is what access logs show. Immutable. */
public enum ResponseFlag {
    DOWNSTREAM_CONNECTION_TERMINATION("DC"),
    FAILED_LOCAL_HEALTH_CHECK("LH"),
    NO_HEALTHY_UPSTREAM("UH"),
    UPSTREAM_REQUEST_TIMEOUT("UT"),
    LOCAL_RESET("LR"),
    UPSTREAM_REMOTE_RESET("UR"),
    UPSTREAM_CONNECTION_FAILURE("UF"),
    UPSTREAM_CONNECTION_TERMINATION("UC"),
    UPSTREAM_OVERFLOW("UO"),
    UPSTREAM_RETRY_LIMIT_EXCEEDED("URX"),
    NO_ROUTE_FOUND("NR"),
    NO_CLUSTER_FOUND("NC"),
    DELAY_INJECTED("DI"),
    FAULT_INJECTED("FI"),
    RATE_LIMITED("RL"),
    UNAUTHORIZED_EXTERNAL_SERVICE("UAEX"),
    STREAM_IDLE_TIMEOUT("SI"),
    DOWNSTREAM_PROTOCOL_ERROR("DPE"),
    UPSTREAM_PROTOCOL_ERROR("UPE"),
    DURATION_TIMEOUT("DT"),
    OVERLOAD_MANAGER("OM"),
    DNS_FAILURE("DF"),
    DOWNSTREAM_REMOTE_RESET("DR");

    private final String shortName;

    ResponseFlag(String shortName) {
        this.shortName = shortName;
    }

    public String shortName() {
        return shortName;
    }

    /** Short names joined by a comma; empty for none. */
    public static String joined(Set<ResponseFlag> flags) {
        if (flags.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(8);
        for (ResponseFlag flag : flags) {
            if (!text.isEmpty()) {
                text.append(',');
            }
            text.append(flag.shortName);
        }
        return text.toString();
    }
}
