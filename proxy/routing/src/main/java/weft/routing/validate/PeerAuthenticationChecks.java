package weft.routing.validate;

import weft.schema.PeerAuthenticationSpec;

/** A PeerAuthentication. Thread-safe: functions only. */
final class PeerAuthenticationChecks {
    private PeerAuthenticationChecks() {}

    static void check(PeerAuthenticationSpec spec, Problems problems) {
        Selectors.check(spec.getSelector(), problems.at("selector"));
        boolean selects = spec.getSelector() != null
                && !spec.getSelector().getMatchLabels().isEmpty();
        problems.at("portLevelMtls")
                .require(selects || spec.getPortLevelMtls().isEmpty(), "without selector (expected: labels to select)");
        for (String port : spec.getPortLevelMtls().keySet()) {
            problems.at("portLevelMtls", port).require(Syntax.isPort(port), "\"" + port + "\" (expected: 1 to 65535)");
        }
    }
}
