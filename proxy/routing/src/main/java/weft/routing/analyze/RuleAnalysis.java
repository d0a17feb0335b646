package weft.routing.analyze;

import java.util.Collection;
import java.util.List;
import weft.rules.Rule;

/** Everything that analyzers find in rules that are valid one by one. Thread-safe: functions only. */
public final class RuleAnalysis {
    private RuleAnalysis() {}

    /**
     * The findings, in no particular order, without those that annotations suppress.
     *
     * @param rules each key once
     */
    public static List<Finding> analyze(Collection<Rule> rules) {
        Mesh mesh = new Mesh(rules);
        Findings findings = new Findings();
        References.analyze(mesh, findings);
        GatewayFindings.analyze(mesh, findings);
        MeshHosts.analyze(mesh, findings);
        SidecarFindings.analyze(mesh, findings);
        GatewayProtocols.analyze(mesh, findings);
        ServicePortNames.analyze(mesh, findings);
        MutualTlsFindings.analyze(mesh, findings);
        DestinationRuleFindings.analyze(mesh, findings);
        HealthCheckFindings.analyze(mesh, findings);
        RateLimitFindings.analyze(mesh, findings);
        ServiceEntryFindings.analyze(mesh, findings);
        ShadowedRoutes.analyze(mesh, findings);
        return findings.all();
    }

    /** Whether the rule's own annotation suppresses the code. */
    public static boolean isSuppressed(FindingCode code, Rule rule) {
        return Findings.isSuppressed(code, rule);
    }
}
