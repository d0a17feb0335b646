package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.ServerTls;
import weft.routing.snapshot.ServerTls.CertificateFiles;
import weft.routing.snapshot.ServerTls.Version;

/** What of a server's TLS settings reaches the proxy. */
class DownstreamTlsTest {
    private static final ProxyIdentity GATEWAY =
            new ProxyIdentity("gw", "edge", Map.of("istio", "gw"), "", "", "gw", Mode.GATEWAY, List.of());

    private static ServerTls tls(String settings) {
        String rule = """
                kind: Gateway
                metadata: {name: g}
                spec:
                  selector: {istio: gw}
                  servers:
                  - port: {number: 443, name: https, protocol: HTTPS}
                    hosts: ['*']
                    tls: {%s}
                """.formatted(settings);
        ProxySnapshot snapshot =
                new SnapshotCompiler(GATEWAY).compile(TestRules.snapshot(rule), ProxySnapshot.empty(GATEWAY));
        return requireNonNull(snapshot.listeners().get(0).filterChains().get(0).tls());
    }

    @Test
    void unsetVersionsAreTls12AndTheNewest() {
        ServerTls tls = tls("mode: SIMPLE, credentialName: c");

        assertThat(tls.mode()).isEqualTo(ServerTls.Mode.SIMPLE);
        assertThat(tls.minVersion()).isEqualTo(Version.TLSV1_2);
        assertThat(tls.maxVersion()).isEqualTo(Version.TLSV1_3);
        assertThat(tls.credentialNames()).containsExactly("c");
        assertThat(tls.certificates()).isEmpty();
        assertThat(tls.clients().isUnchecked()).isFalse();
    }

    @Test
    void versionsAndCiphersAreThoseOfTheRule() {
        ServerTls tls = tls("mode: SIMPLE, credentialNames: [a, b], minProtocolVersion: TLSV1_0,"
                + " maxProtocolVersion: TLSV1_1, cipherSuites: [X, Y, X]");

        assertThat(tls.minVersion()).isEqualTo(Version.TLSV1_0);
        assertThat(tls.maxVersion()).isEqualTo(Version.TLSV1_1);
        assertThat(tls.cipherSuites()).containsExactly("X", "Y");
        assertThat(tls.credentialNames()).containsExactly("a", "b");
    }

    @Test
    void filesServeWhereNoSecretIsNamed() {
        assertThat(tls("mode: MUTUAL, serverCertificate: c.pem, privateKey: k.pem, caCertificates: ca.pem"))
                .satisfies(tls -> {
                    assertThat(tls.certificates()).containsExactly(new CertificateFiles("c.pem", "k.pem"));
                    assertThat(tls.clients().caCertificates()).isEqualTo("ca.pem");
                });
        assertThat(tls("mode: MUTUAL, tlsCertificates: [{serverCertificate: rsa.pem, privateKey: r.pem},"
                        + " {serverCertificate: ec.pem, privateKey: e.pem, caCertificates: ca.pem}]"))
                .satisfies(tls -> {
                    assertThat(tls.certificates())
                            .containsExactly(
                                    new CertificateFiles("rsa.pem", "r.pem"), new CertificateFiles("ec.pem", "e.pem"));
                    assertThat(tls.clients().caCertificates()).isEqualTo("ca.pem");
                });
        assertThat(tls("mode: SIMPLE, credentialName: c, serverCertificate: c.pem, privateKey: k.pem")
                        .certificates())
                .as("a secret wins")
                .isEmpty();
    }

    @Test
    void clientsAreHeldToAllThatTheRuleAsks() {
        ServerTls.ClientCheck clients = tls("mode: OPTIONAL_MUTUAL, credentialName: c, caCertCredentialName: ca,"
                        + " caCrl: crl.pem, subjectAltNames: [spiffe://a], verifyCertificateSpki: [s],"
                        + " verifyCertificateHash: [h], insecureSkipVerify: true")
                .clients();

        assertThat(clients)
                .isEqualTo(new ServerTls.ClientCheck(
                        "", "crl.pem", "ca", List.of("spiffe://a"), List.of("s"), List.of("h"), true));
    }
}
