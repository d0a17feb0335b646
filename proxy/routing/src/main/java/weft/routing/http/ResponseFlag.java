package weft.routing.http;

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
    DNS_FAILURE("DF");

    private final String shortName;

    ResponseFlag(String shortName) {
        this.shortName = shortName;
    }

    public String shortName() {
        return shortName;
    }
}
