package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weft.publish.yaml.Diagnostic;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.SourceText;

/** Rule by rule, what is refused, what is warned of, and what is neither: {@code kind | spec | complaint}. */
class AdmissionTest {
    private static final String ACCEPTED = "ok";

    /** Headlines without file and place, and without warnings of what has no effect yet. */
    private static List<String> complaints(String kind, String metadata, String spec) {
        ResourceKinds kinds = new ResourceKinds();
        ResourceKinds.Kind known = Objects.requireNonNull(kinds.named(kind));
        String text = "apiVersion: " + known.apiVersion() + "\nkind: " + kind + "\nmetadata: {name: a" + metadata
                + "}\nspec: " + spec + "\n";
        return new DocumentDecoder(kinds, "default", RuleChecks.ALL)
                .decode(new SourceText("a.yaml", text)).stream()
                        .flatMap(d -> d.diagnostics().stream())
                        .filter(d -> !d.code().startsWith("WFT010"))
                        .map(Diagnostic::headline)
                        .map(line -> line.replaceFirst("^a.yaml:\\d+:\\d+: ", ""))
                        .toList();
    }

    private static void check(String kind, String spec, String expected) {
        List<String> complaints = complaints(kind, "", spec);
        if (expected.equals(ACCEPTED)) {
            assertThat(complaints).isEmpty();
        } else {
            assertThat(complaints).anySatisfy(c -> assertThat(c).startsWith(expected));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "AuthorizationPolicy | {}                                              | ok",
                "AuthorizationPolicy | {action: DENY, rules: [{}]}                     | ok",
                "AuthorizationPolicy | {action: DENY, rules: []}                       | DENY without rules never acts",
                "AuthorizationPolicy | {action: CUSTOM, rules: [{}]}                   | provider: name is missing",
                "AuthorizationPolicy | {action: CUSTOM, provider: {name: x}, rules: [{}]} | ok",
                "AuthorizationPolicy | {provider: {name: x}}                           | provider: with ALLOW",
                "AuthorizationPolicy | {action: allow}                                 | action: \"allow\" is not one of ALLOW, DENY, AUDIT, CUSTOM (did you mean \"ALLOW\"?)",
                "AuthorizationPolicy | {rules: [{from: []}]}                           | from: empty (expected: at least 1",
                "AuthorizationPolicy | {rules: [{from: [{}]}]}                         | rules[0].from[0]: source is missing",
                "AuthorizationPolicy | {rules: [{from: [{source: {}}]}]}               | rules[0].from[0].source: is empty",
                "AuthorizationPolicy | {rules: [{from: [{source: {ipBlocks: [10.0.0.0/8, '::1']}}]}]} | ok",
                "AuthorizationPolicy | {rules: [{from: [{source: {ipBlocks: [10.0.0.0/33]}}]}]} | rules[0].from[0].source.ipBlocks: \"10.0.0.0/33\"",
                "AuthorizationPolicy | {rules: [{from: [{source: {serviceAccounts: [a, ns/b]}}]}]} | ok",
                "AuthorizationPolicy | {rules: [{from: [{source: {serviceAccounts: [a/b/c]}}]}]} | rules[0].from[0].source.serviceAccounts: \"a/b/c\"",
                "AuthorizationPolicy | {rules: [{from: [{source: {serviceAccounts: ['a*']}}]}]} | rules[0].from[0].source.serviceAccounts: \"a*\"",
                "AuthorizationPolicy | {rules: [{from: [{source: {serviceAccounts: [a], namespaces: [b]}}]}]} | rules[0].from[0].source.serviceAccounts: beside namespaces",
                "AuthorizationPolicy | {rules: [{from: [{source: {trustDomains: ['*.corp', td1]}}]}]} | ok",
                "AuthorizationPolicy | {rules: [{from: [{source: {trustDomains: ['a*b']}}]}]} | rules[0].from[0].source.trustDomains: \"a*b\"",
                "AuthorizationPolicy | {rules: [{from: [{source: {trustDomains: ['td/ns']}}]}]} | rules[0].from[0].source.trustDomains: \"td/ns\"",
                "AuthorizationPolicy | {rules: [{to: [{operation: {}}]}]}              | rules[0].to[0].operation: is empty",
                "AuthorizationPolicy | {rules: [{to: [{operation: {ports: ['0', '65535']}}]}]} | ok",
                "AuthorizationPolicy | {rules: [{to: [{operation: {ports: ['65536']}}]}]} | rules[0].to[0].operation.ports: \"65536\"",
                "AuthorizationPolicy | {rules: [{to: [{operation: {paths: ['/a/{*}/b/{**}', '/c*', '*/d']}}]}]} | ok",
                "AuthorizationPolicy | {rules: [{to: [{operation: {paths: ['/{**}/{*}']}}]}]} | rules[0].to[0].operation.paths: \"/{**}/{*}\" (expected: nothing after {**})",
                "AuthorizationPolicy | {rules: [{to: [{operation: {paths: ['/a{*}']}}]}]} | rules[0].to[0].operation.paths: \"/a{*}\"",
                "AuthorizationPolicy | {rules: [{to: [{operation: {notPaths: ['/{*}/b*']}}]}]} | rules[0].to[0].operation.notPaths: \"/{*}/b*\"",
                "AuthorizationPolicy | {rules: [{when: [{key: 'request.headers[x]', values: [a]}]}]} | ok",
                "AuthorizationPolicy | {rules: [{when: [{key: 'request.headers', values: [a]}]}]} | rules[0].when[0].key: \"request.headers\"",
                "AuthorizationPolicy | {rules: [{when: [{key: source.ip}]}]}           | rules[0].when[0]: no values for \"source.ip\"",
                "AuthorizationPolicy | {rules: [{when: [{key: destination.namespace, values: [a]}]}]} | rules[0].when[0].key: \"destination.namespace\"",
                "AuthorizationPolicy | {rules: [{when: [{key: 'destination.labels[v]', values: [a]}]}]} | rules[0].when[0].key: \"destination.labels[v]\"",
                "AuthorizationPolicy | {rules: [{when: [{key: destination.port, notValues: ['x']}]}]} | rules[0].when[0].notValues: \"x\"",
                "AuthorizationPolicy | {action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {namespaces: [a]}}]}]} | rules[0].from[0].source: names an identity with CUSTOM",
                "AuthorizationPolicy | {action: CUSTOM, provider: {name: x}, rules: [{when: [{key: 'request.auth.claims[a]', values: [b]}]}]} | rules[0].when[0].key: \"request.auth.claims[a]\" with CUSTOM",
                "AuthorizationPolicy | {action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]} | warning: rules[0]: denies all of TCP",
                "AuthorizationPolicy | {action: DENY, rules: [{to: [{operation: {methods: [GET], ports: ['80']}}]}]} | ok",
                "AuthorizationPolicy | {selector: {matchLabels: {app: a}}, targetRef: {kind: Service, name: a}} | selector, targetRef, targetRefs together",
                "AuthorizationPolicy | {targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: a}]} | ok",
                "AuthorizationPolicy | {targetRefs: [{kind: Pod, name: a}]}            | targetRefs[0].kind: \"Pod\"",
                "AuthorizationPolicy | {targetRefs: [{kind: Service, name: ''}]}       | name: empty",
                "AuthorizationPolicy | {selector: {}}                                  | warning: selector: names no labels",
                "AuthorizationPolicy | {selector: {matchLabels: {app: 'a*'}}}          | selector.matchLabels: \"app=a*\"",
                "PeerAuthentication  | {mtls: {mode: STRICT}}                          | ok",
                "PeerAuthentication  | {portLevelMtls: {}}                             | portLevelMtls: empty",
                "PeerAuthentication  | {portLevelMtls: {8080: {mode: DISABLE}}}        | portLevelMtls: without selector",
                "PeerAuthentication  | {selector: {matchLabels: {app: a}}, portLevelMtls: {8080: {mode: DISABLE}}} | ok",
                "PeerAuthentication  | {selector: {matchLabels: {app: a}}, portLevelMtls: {70000: {mode: DISABLE}}} | portLevelMtls[70000]: \"70000\"",
                "RequestAuthentication | {jwtRules: [{issuer: a}]}                     | ok",
                "RequestAuthentication | {jwtRules: [{}]}                              | jwtRules[0]: names no issuer",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwksUri: 'ftp://a'}]} | jwtRules[0].jwksUri: \"ftp://a\"",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwksUri: 'https://a:b/c'}]} | jwtRules[0].jwksUri: \"https://a:b/c\"",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwksUri: 'https://a:8443/c?d=e'}]} | ok",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwks_uri: 'https://a', jwks: '{}'}]} | jwtRules[0].jwks: beside jwksUri",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwks: foo}]}          | jwtRules[0].jwks: not JSON",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwks: '{\"keys\": [{\"kty\": \"RSA\", \"n\": \"AQAB\"}]}'}]} | jwtRules[0].jwks: key 0 has no \"e\"",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwks: '{\"keys\": []}'}]} | jwtRules[0].jwks: key 0 is of type \"\"",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwks: '{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AQ\", \"y\": \"AQ\"}'}]} | ok",
                "RequestAuthentication | {jwtRules: [{issuer: a, jwks: '{\"keys\": [{\"kty\": \"oct\", \"k\": \"AQ\"}]}'}]} | warning: jwtRules[0].jwks: key 0 holds a private part",
                "RequestAuthentication | {jwtRules: [{issuer: a, audiences: ['']}]}    | audiences[0]: empty",
                "RequestAuthentication | {jwtRules: [{issuer: a, fromParams: ['']}]}   | fromParams[0]: empty",
                "RequestAuthentication | {jwtRules: [{issuer: a, outputClaimToHeaders: [{claim: sub, header: 'x y'}]}]} | header: \"x y\"",
                "RequestAuthentication | {jwtRules: [{issuer: a, timeout: 0s}]}        | timeout: \"0s\" is out of range",
                "Telemetry           | {}                                              | ok",
                "Telemetry           | {accessLogging: [{filter: {expression: 'response.code >= 400 && !has(request.headers.x)'}}]} | ok",
                "Telemetry           | {accessLogging: [{filter: {expression: 'response.code >'}}]} | accessLogging[0].filter.expression: \"response.code >\" (expected: a CEL expression; not the end at character 16)",
                "Telemetry           | {accessLogging: [{providers: [{}]}]}            | providers[0]: field \"name\" is missing",
                "Telemetry           | {tracing: [{randomSamplingPercentage: 101}]}    | randomSamplingPercentage: 101 is out of range",
                "Telemetry           | {tracing: [{customTags: {a: {literal: {value: ''}}}}]} | value: empty",
                "Telemetry           | {tracing: [{customTags: {a: {literal: {value: b}, header: {name: c}}}}]} | customTags[a]: \"header\" and \"literal\" together",
                "Telemetry           | {metrics: [{overrides: [{tagOverrides: {a: {}}}]}]} | metrics[0].overrides[0].tagOverrides[a].value: is missing",
                "Telemetry           | {metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE, value: b}}}]}]} | metrics[0].overrides[0].tagOverrides[a].value: set with REMOVE",
                "Telemetry           | {metrics: [{overrides: [{match: {metric: REQUEST_COUNT, mode: SERVER}, tagOverrides: {a: {value: request.host}}}]}]} | ok",
                "ProxyConfig         | {concurrency: 2, environmentVariables: {A: b}, image: {imageType: distroless}} | ok",
                "ProxyConfig         | {concurrency: -1}                               | concurrency: -1 is out of range",
            })
    void policyIsJudged(String kind, String spec, String expected) {
        check(kind, spec, expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Gateway         | {servers: [{port: {number: 80, name: a, protocol: HTTP_PROXY}, hosts: ['*']}]} | ok",
                "Gateway         | {servers: [{port: {number: 80, name: a, protocol: HBONE}, hosts: ['*']}]} | servers[0].port.protocol: \"HBONE\"",
                "Gateway         | {servers: [{port: {number: 80, name: a, protocol: MQTT}, hosts: ['*']}]} | servers[0].port.protocol: \"MQTT\"",
                "Gateway         | {servers: [{port: {number: 443, name: a, protocol: TLS}, hosts: ['*'], tls: {credentialName: a, caCrl: b}}]} | servers[0].tls.caCrl: beside credentialName",
                "Gateway         | {servers: [{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: a, cipherSuites: [RC4-MD5, -ALL]}}]} | warning: servers[0].tls.cipherSuites[0]: \"RC4-MD5\" is unknown",
                "Sidecar         | {ingress: [{port: {number: 80}, defaultEndpoint: '::1:80'}]}   | ingress[0].defaultEndpoint: \"::1:80\"",
                "Sidecar         | {ingress: [{port: {number: 80}, defaultEndpoint: '[::1]:80'}]} | ok",
                "Sidecar         | {egress: [{hosts: ['a/*', 'a/b.c']}]}                          | warning: egress[0].hosts[1]: \"a/b.c\" overlaps",
                "Sidecar         | {egress: [{hosts: ['a/*', '*/*']}]}                            | warning: egress[0].hosts: \"*/*\" takes all",
                "Sidecar         | {egress: [{hosts: ['~a/b.c', 'a/*']}]}                         | ok",
                "ServiceEntry    | {hosts: [a.b], ports: [{number: 80, name: t, protocol: TCP}]}  | warning: ports[0]: of TCP cannot be told apart",
                "ServiceEntry    | {hosts: [a.b, c.d], resolution: DNS, addresses: [1.2.3.4], ports: [{number: 443, name: t, protocol: TLS}]} | warning: hosts: several with addresses",
                "ServiceEntry    | {hosts: [a.b, c.d], resolution: STATIC, ports: [{number: 80, name: t, protocol: HTTP_PROXY}]} | ok",
                "VirtualService  | {hosts: [a], http: [{route: [{destination: {host: a}}], match: [{headers: {}}]}]} | headers: empty",
                "VirtualService  | {hosts: [a], gateways: [mesh, 'x/Y_z'], http: [{route: [{destination: {host: a}}]}]} | warning: gateways[1]: \"x/Y_z\"",
                "VirtualService  | {hosts: [a], gateways: ['x/Y_z', mesh], http: [{route: [{destination: {host: a}}]}]} | gateways[0]: \"x/Y_z\"",
                "VirtualService  | {hosts: [a], http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: a}}]}, {match: [{uri: {prefix: /ab}, method: {exact: GET}}], route: [{destination: {host: a}}]}]} | warning: http[1].match[0]: is never reached",
                "VirtualService  | {hosts: [a], http: [{match: [{uri: {prefix: /a}, method: {exact: GET}}], route: [{destination: {host: a}}]}, {match: [{uri: {prefix: /ab}}], route: [{destination: {host: a}}]}]} | ok",
                "VirtualService  | {hosts: [a], http: [{match: [{name: x, port: 1}, {name: y, port: 1}], route: [{destination: {host: a}}]}]} | warning: http[0].match[1]: is never reached",
                "VirtualService  | {hosts: [a], tcp: [{route: [{destination: {host: a}}]}, {match: [{port: 1}], route: [{destination: {host: a}}]}]} | warning: tcp[1]: is never reached",
                "VirtualService  | {hosts: [a], http: [{directResponse: {status: 600}}]}          | warning: http[0].directResponse.status: 600",
                "VirtualService  | {hosts: [a], http: [{directResponse: {status: 601}}]}          | http[0].directResponse.status: 601",
                "DestinationRule | {host: a, trafficPolicy: {tls: {mode: SIMPLE, credentialName: 'configmap://other/x'}}} | trafficPolicy.tls.credentialName: \"configmap://other/x\"",
                "DestinationRule | {host: a, trafficPolicy: {tls: {mode: SIMPLE, credentialName: 'configmap://default/x'}}} | ok",
                "DestinationRule | {host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a/b, to: {a: 100}}, {from: '*', to: {a: 100}}]}}}} | ok",
                "DestinationRule | {host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: '*', to: {a: 100}}, {from: a/b, to: {a: 100}}]}}}} | trafficPolicy.loadBalancer.localityLbSetting.distribute: \"a/b\" overlaps",
                "WorkloadGroup   | {template: {}, probe: {periodSeconds: 1}}                       | probe: has no method",
                "WorkloadGroup   | {template: {}, probe: {grpc: {port: 1}}}                       | ok",
                "WorkloadGroup   | {template: {}, probe: {tcpSocket: {port: 1}}}                  | ok",
            })
    void ruleIsJudged(String kind, String spec, String expected) {
        check(kind, spec, expected);
    }

    @Test
    void dryRunIsForAuthorizationAlone() {
        String dryRun = ", annotations: {istio.io/dry-run: \"true\"}";
        assertThat(complaints("AuthorizationPolicy", dryRun, "{}")).isEmpty();
        assertThat(complaints("AuthorizationPolicy", dryRun, "{action: AUDIT}"))
                .containsExactly("annotation istio.io/dry-run with action AUDIT (expected: ALLOW or DENY)");
        assertThat(complaints("AuthorizationPolicy", dryRun.replace("true", "maybe"), "{}"))
                .containsExactly("annotation istio.io/dry-run \"maybe\" (expected: true or false)");
        assertThat(complaints("PeerAuthentication", dryRun, "{}"))
                .containsExactly("annotation istio.io/dry-run (expected: on AuthorizationPolicy alone)");
    }
}
