package weft.routing.explain;

import java.util.List;

/** A call is said to come through a Gateway that no rule describes. */
public final class UnknownGatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String gateway;
    private final transient List<String> known;

    UnknownGatewayException(String gateway, List<String> known) {
        super("gateway \"" + gateway + "\" is not among the rules");
        this.gateway = gateway;
        this.known = List.copyOf(known);
    }

    /** As {@code namespace/name}. */
    public String gateway() {
        return gateway;
    }

    /** Those that are there. */
    public List<String> known() {
        return known;
    }
}
