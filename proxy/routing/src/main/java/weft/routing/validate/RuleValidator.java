package weft.routing.validate;

import java.util.List;
import weft.rules.Rule;
import weft.schema.AuthorizationPolicy;
import weft.schema.DestinationRule;
import weft.schema.Gateway;
import weft.schema.HealthCheckPolicy;
import weft.schema.PeerAuthentication;
import weft.schema.ProxyConfig;
import weft.schema.RateLimitPolicy;
import weft.schema.RequestAuthentication;
import weft.schema.ServiceEntry;
import weft.schema.Sidecar;
import weft.schema.Telemetry;
import weft.schema.VirtualService;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadGroup;

/** Checks one rule by itself, as Istio does at admission. Thread-safe: holds no state. */
public final class RuleValidator {

    /** Everything wrong with the rule, in order of its fields; empty for a kind without checks. */
    public List<Problem> validate(Rule rule) {
        Problems problems = Problems.none();
        AnnotationChecks.check(rule, problems);
        String namespace = rule.key().namespace();
        switch (rule.key().kind()) {
            case "Gateway" -> GatewayChecks.check(rule.key().name(), ((Gateway) rule.resource()).getSpec(), problems);
            case "VirtualService" ->
                VirtualServiceChecks.check(namespace, ((VirtualService) rule.resource()).getSpec(), problems);
            case "DestinationRule" ->
                DestinationRuleChecks.check(namespace, ((DestinationRule) rule.resource()).getSpec(), problems);
            case "ServiceEntry" ->
                ServiceEntryChecks.check(rule.metadata(), ((ServiceEntry) rule.resource()).getSpec(), problems);
            case "WorkloadEntry" ->
                WorkloadChecks.entry(((WorkloadEntry) rule.resource()).getSpec(), null, true, problems);
            case "WorkloadGroup" -> WorkloadChecks.group(((WorkloadGroup) rule.resource()).getSpec(), problems);
            case "PeerAuthentication" ->
                PeerAuthenticationChecks.check(((PeerAuthentication) rule.resource()).getSpec(), problems);
            case "RequestAuthentication" ->
                RequestAuthenticationChecks.check(((RequestAuthentication) rule.resource()).getSpec(), problems);
            case "AuthorizationPolicy" ->
                AuthorizationPolicyChecks.check(((AuthorizationPolicy) rule.resource()).getSpec(), problems);
            case "Telemetry" -> TelemetryChecks.check(((Telemetry) rule.resource()).getSpec(), problems);
            case "ProxyConfig" -> ProxyConfigChecks.check(((ProxyConfig) rule.resource()).getSpec(), problems);
            case "RateLimitPolicy" ->
                RateLimitPolicyChecks.check(((RateLimitPolicy) rule.resource()).getSpec(), problems);
            case "Sidecar" -> SidecarChecks.check(namespace, ((Sidecar) rule.resource()).getSpec(), problems);
            case "HealthCheckPolicy" ->
                HealthCheckPolicyChecks.check(((HealthCheckPolicy) rule.resource()).getSpec(), problems);
            default -> {}
        }
        return problems.all();
    }
}
