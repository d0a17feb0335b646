package weft.routing.validate;

import java.util.List;
import java.util.stream.Stream;
import weft.schema.AuthorizationAction;
import weft.schema.AuthorizationCondition;
import weft.schema.AuthorizationOperation;
import weft.schema.AuthorizationPolicySpec;
import weft.schema.AuthorizationRule;
import weft.schema.AuthorizationSource;

/** An AuthorizationPolicy: its scope, its action, and each of its rules. Thread-safe: functions only. */
final class AuthorizationPolicyChecks {
    private AuthorizationPolicyChecks() {}

    static void check(AuthorizationPolicySpec spec, Problems problems) {
        Selectors.target(spec.getSelector(), spec.getTargetRef(), spec.getTargetRefs(), problems);
        AuthorizationAction action = spec.getAction();
        boolean custom = action == AuthorizationAction.CUSTOM;
        boolean hasRules = !spec.getRules().isEmpty();
        problems.require(
                hasRules || (!custom && action != AuthorizationAction.DENY),
                action + " without rules never acts (expected: rules, [{}] for every request)");
        if (custom) {
            boolean named =
                    spec.getProvider() != null && !spec.getProvider().getName().isEmpty();
            problems.at("provider").require(!hasRules || named, "name is missing (expected for CUSTOM)");
        } else {
            problems.at("provider").require(spec.getProvider() == null, "with " + action + " (expected: CUSTOM)");
        }
        for (int i = 0; i < spec.getRules().size(); i++) {
            rule(spec.getRules().get(i), action, problems.at("rules", i));
        }
    }

    private static void rule(AuthorizationRule rule, AuthorizationAction action, Problems problems) {
        for (int i = 0; i < rule.getFrom().size(); i++) {
            AuthorizationSource source = rule.getFrom().get(i).getSource();
            Problems at = problems.at("from", i);
            if (source == null) {
                at.error("source is missing");
                continue;
            }
            source(source, at.at("source"));
            if (action == AuthorizationAction.CUSTOM) {
                customSource(source, at.at("source"));
            }
        }
        for (int i = 0; i < rule.getTo().size(); i++) {
            AuthorizationOperation operation = rule.getTo().get(i).getOperation();
            Problems at = problems.at("to", i);
            if (operation == null) {
                at.error("operation is missing");
            } else {
                operation(operation, at.at("operation"));
            }
        }
        for (int i = 0; i < rule.getWhen().size(); i++) {
            condition(rule.getWhen().get(i), action, problems.at("when", i));
        }
        if (action == AuthorizationAction.DENY && isHttpAlone(rule)) {
            problems.warning("denies all of TCP, where HTTP attributes are not looked at (expected: ports as well)");
        }
    }

    private static void source(AuthorizationSource source, Problems problems) {
        Stream<List<String>> all = Stream.of(
                source.getPrincipals(), source.getNotPrincipals(),
                source.getRequestPrincipals(), source.getNotRequestPrincipals(),
                source.getNamespaces(), source.getNotNamespaces(),
                source.getServiceAccounts(), source.getNotServiceAccounts(),
                source.getTrustDomains(), source.getNotTrustDomains(),
                source.getIpBlocks(), source.getNotIpBlocks(),
                source.getRemoteIpBlocks(), source.getNotRemoteIpBlocks());
        problems.require(!all.allMatch(List::isEmpty), "is empty (expected: one field at least)");
        boolean accounts = !source.getServiceAccounts().isEmpty()
                || !source.getNotServiceAccounts().isEmpty();
        boolean wider = !source.getPrincipals().isEmpty()
                || !source.getNotPrincipals().isEmpty()
                || !source.getNamespaces().isEmpty()
                || !source.getNotNamespaces().isEmpty();
        problems.at("serviceAccounts")
                .require(!accounts || !wider, "beside namespaces or principals (expected: one of them)");
        AuthorizationSyntax.notEmpty(source.getPrincipals(), problems.at("principals"));
        AuthorizationSyntax.notEmpty(source.getNotPrincipals(), problems.at("notPrincipals"));
        AuthorizationSyntax.notEmpty(source.getRequestPrincipals(), problems.at("requestPrincipals"));
        AuthorizationSyntax.notEmpty(source.getNotRequestPrincipals(), problems.at("notRequestPrincipals"));
        AuthorizationSyntax.notEmpty(source.getNamespaces(), problems.at("namespaces"));
        AuthorizationSyntax.notEmpty(source.getNotNamespaces(), problems.at("notNamespaces"));
        AuthorizationSyntax.accounts(source.getServiceAccounts(), problems.at("serviceAccounts"));
        AuthorizationSyntax.accounts(source.getNotServiceAccounts(), problems.at("notServiceAccounts"));
        AuthorizationSyntax.trustDomains(source.getTrustDomains(), problems.at("trustDomains"));
        AuthorizationSyntax.trustDomains(source.getNotTrustDomains(), problems.at("notTrustDomains"));
        AuthorizationSyntax.addresses(source.getIpBlocks(), problems.at("ipBlocks"));
        AuthorizationSyntax.addresses(source.getNotIpBlocks(), problems.at("notIpBlocks"));
        AuthorizationSyntax.addresses(source.getRemoteIpBlocks(), problems.at("remoteIpBlocks"));
        AuthorizationSyntax.addresses(source.getNotRemoteIpBlocks(), problems.at("notRemoteIpBlocks"));
    }

    /** An authorizer beside the proxy is asked before the caller's identity is known. */
    private static void customSource(AuthorizationSource source, Problems problems) {
        boolean identity = Stream.of(
                        source.getPrincipals(), source.getNotPrincipals(),
                        source.getRequestPrincipals(), source.getNotRequestPrincipals(),
                        source.getNamespaces(), source.getNotNamespaces(),
                        source.getServiceAccounts(), source.getNotServiceAccounts(),
                        source.getTrustDomains(), source.getNotTrustDomains())
                .anyMatch(values -> !values.isEmpty());
        problems.require(!identity, "names an identity with CUSTOM (expected: ipBlocks or remoteIpBlocks)");
    }

    private static void operation(AuthorizationOperation operation, Problems problems) {
        Stream<List<String>> all = Stream.of(
                operation.getHosts(), operation.getNotHosts(),
                operation.getPorts(), operation.getNotPorts(),
                operation.getMethods(), operation.getNotMethods(),
                operation.getPaths(), operation.getNotPaths());
        problems.require(!all.allMatch(List::isEmpty), "is empty (expected: one field at least)");
        AuthorizationSyntax.ports(operation.getPorts(), problems.at("ports"));
        AuthorizationSyntax.ports(operation.getNotPorts(), problems.at("notPorts"));
        AuthorizationSyntax.notEmpty(operation.getMethods(), problems.at("methods"));
        AuthorizationSyntax.notEmpty(operation.getNotMethods(), problems.at("notMethods"));
        AuthorizationSyntax.notEmpty(operation.getHosts(), problems.at("hosts"));
        AuthorizationSyntax.notEmpty(operation.getNotHosts(), problems.at("notHosts"));
        AuthorizationSyntax.notEmpty(operation.getPaths(), problems.at("paths"));
        AuthorizationSyntax.notEmpty(operation.getNotPaths(), problems.at("notPaths"));
        AuthorizationSyntax.paths(operation.getPaths(), problems.at("paths"));
        AuthorizationSyntax.paths(operation.getNotPaths(), problems.at("notPaths"));
    }

    private static void condition(AuthorizationCondition condition, AuthorizationAction action, Problems problems) {
        String key = condition.getKey();
        if (key.isEmpty()) {
            problems.at("key").error("is missing");
            return;
        }
        if (action == AuthorizationAction.CUSTOM) {
            boolean identity = List.of("namespace", "serviceAccount", "trustDomain", "principal").stream()
                    .anyMatch(attribute -> key.equals("source." + attribute));
            problems.at("key")
                    .require(
                            !identity && !key.startsWith("request.auth."),
                            "\"" + key + "\" with CUSTOM (expected: no identity)");
        }
        if (condition.getValues().isEmpty() && condition.getNotValues().isEmpty()) {
            problems.error("no values for \"" + key + "\" (expected: values or notValues)");
            return;
        }
        AuthorizationSyntax.attribute(key, condition.getValues(), problems.at("values"), problems.at("key"));
        AuthorizationSyntax.attribute(key, condition.getNotValues(), problems.at("notValues"), Problems.none());
    }

    private static boolean isHttpAlone(AuthorizationRule rule) {
        boolean from = !rule.getFrom().isEmpty();
        boolean to = !rule.getTo().isEmpty();
        boolean tcpFrom = rule.getFrom().stream().anyMatch(f -> f.getSource() != null && isTcp(f.getSource()));
        boolean tcpTo = rule.getTo().stream()
                .anyMatch(t -> t.getOperation() != null
                        && (!t.getOperation().getPorts().isEmpty()
                                || !t.getOperation().getNotPorts().isEmpty()));
        return (from && !to && !tcpFrom) || (to && !tcpTo);
    }

    private static boolean isTcp(AuthorizationSource source) {
        return Stream.of(
                        source.getPrincipals(), source.getNotPrincipals(),
                        source.getNamespaces(), source.getNotNamespaces(),
                        source.getServiceAccounts(), source.getNotServiceAccounts(),
                        source.getIpBlocks(), source.getNotIpBlocks(),
                        source.getRemoteIpBlocks(), source.getNotRemoteIpBlocks())
                .anyMatch(values -> !values.isEmpty());
    }
}
