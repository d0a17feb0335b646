package weft.local.acl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.local.acl.SecuredMesh.Outcome;
import weft.log.testing.SecuredBroker;
import weft.log.testing.TestCertificates;
import weft.publish.log.acl.MeshRole;

/** The examples of client properties under {@code deploy/kafka} work as they are, but for names, places and secrets. */
class CredentialsTest {
    private static final String USER = "weft-publisher";
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    private static final TestCertificates AUTHORITY = new TestCertificates("authority");
    private static TokenService tokens;
    private static SecuredBroker broker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        tokens = new TokenService(Map.of(USER, USER + "-secret"));
        System.setProperty(ALLOWED, tokens.tokenUrl() + "," + tokens.keysUrl());
        String oauth = "listener.name.sasl.oauthbearer.";
        broker = SecuredBroker.create(
                AUTHORITY,
                Map.of(
                        "sasl.enabled.mechanisms",
                        "SCRAM-SHA-512,OAUTHBEARER",
                        "sasl.oauthbearer.jwks.endpoint.url",
                        tokens.keysUrl(),
                        oauth + "sasl.jaas.config",
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
                        oauth + "sasl.server.callback.handler.class",
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"));
    }

    @AfterAll
    static void stop() {
        broker.close();
        tokens.close();
        System.clearProperty(ALLOWED);
    }

    private static Path repository() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("deploy/kafka"))) {
                return at;
            }
        }
        throw new IllegalStateException("not inside a checkout");
    }

    /** An example with the places and secrets of this test. */
    private Path example(String name, Map<String, String> replaced) throws IOException {
        String text = Files.readString(repository().resolve("deploy/kafka").resolve(name));
        for (Map.Entry<String, String> each : replaced.entrySet()) {
            assertThat(text).as(name).contains(each.getKey());
            text = text.replace(each.getKey(), each.getValue());
        }
        return Files.writeString(folder.resolve(name), text);
    }

    private String authority(TestCertificates whose) throws IOException {
        return Files.writeString(folder.resolve("ca.pem"), whose.trust().get("ssl.truststore.certificates"))
                .toString();
    }

    /** The publisher's work, and that it is refused what is not given to it. */
    private void publishes(Path config, String principal) throws Exception {
        SecuredMesh mesh = new SecuredMesh(broker, folder);
        mesh.weft(mesh.config("super", broker.superUser()), "check", "--fix");
        Path rules = Files.writeString(
                folder.resolve("rules.yaml"),
                "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\nspec: {hosts: [a.shop],"
                        + " resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}\n");
        Outcome refused = mesh.weft(config, "apply", "-f", rules.toString());
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(77);
        broker.grant(mesh.plan.of(MeshRole.PUBLISHER).stream()
                .map(grant -> grant.to(principal))
                .toList());
        Outcome applied = mesh.weft(config, "apply", "-f", rules.toString());
        assertThat(applied.exit()).as(applied.toString()).isZero();
        assertThat(mesh.weft(config, "get", "serviceentries", "-o", "name").out())
                .isEqualTo("serviceentry/a\n");
    }

    private Path scram(String secret, String address, TestCertificates trusted) throws IOException {
        return example(
                "scram.properties",
                Map.of(
                        "kafka.example.com:9094", address,
                        "CHANGE-ME", secret,
                        "/etc/weft/kafka-ca.pem", authority(trusted)));
    }

    @Test
    void aPassword() throws Exception {
        broker.scramUser(USER);
        publishes(scram(USER + "-secret", broker.saslAddress(), AUTHORITY), "User:" + USER);
    }

    @Test
    void aCertificate() throws Exception {
        Map<String, String> identity = AUTHORITY.identity(USER, null);
        Path keys = Files.writeString(
                folder.resolve("keys.pem"),
                identity.get("ssl.keystore.key") + identity.get("ssl.keystore.certificate.chain"));
        Path config = example(
                "mtls.properties",
                Map.of(
                        "kafka.example.com:9093", broker.tlsAddress(),
                        "/etc/weft/weft-publisher.pem", keys.toString(),
                        "/etc/weft/kafka-ca.pem", authority(AUTHORITY)));
        publishes(config, "User:CN=" + USER);
    }

    @Test
    void aToken() throws Exception {
        Path config = example(
                "oauthbearer.properties",
                Map.of(
                        "kafka.example.com:9094",
                        broker.saslAddress(),
                        "sasl.oauthbearer.token.endpoint.url=https://login.example.com/token",
                        "sasl.oauthbearer.token.endpoint.url=" + tokens.tokenUrl(),
                        "CHANGE-ME",
                        USER + "-secret",
                        "/etc/weft/kafka-ca.pem",
                        authority(AUTHORITY)));
        publishes(config, "User:" + USER);
    }

    @Test
    void whoIsNotTrustedIsToldSoInOneLine() throws Exception {
        SecuredMesh mesh = new SecuredMesh(broker, folder);
        broker.scramUser(USER);
        Outcome wrongPassword = mesh.weft(scram("guessed", broker.saslAddress(), AUTHORITY), "get");
        assertThat(wrongPassword.exit()).isEqualTo(77);
        assertThat(wrongPassword.err())
                .isEqualTo("weft: Kafka at " + broker.saslAddress() + " and this client (User:" + USER
                        + ") do not trust each other: Authentication failed during authentication due to invalid"
                        + " credentials with SASL mechanism SCRAM-SHA-512\n");
        Outcome impostor =
                mesh.weft(scram(USER + "-secret", broker.saslAddress(), new TestCertificates("forger")), "get");
        assertThat(impostor.exit()).isEqualTo(77);
        assertThat(impostor.err()).contains("do not trust each other: ").contains("certification path");
        assertThat(List.of(impostor.err().split("\n"))).hasSize(1);
    }
}
