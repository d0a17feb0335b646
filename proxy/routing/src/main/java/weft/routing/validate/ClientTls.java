package weft.routing.validate;

import org.jspecify.annotations.Nullable;
import weft.schema.ClientTLSMode;
import weft.schema.ClientTLSSettings;

/** TLS on the connecting side. Thread-safe: functions only. */
final class ClientTls {
    private static final String CONFIG_MAP = "configmap://";

    private ClientTls() {}

    static void check(String namespace, @Nullable ClientTLSSettings tls, Problems problems) {
        if (tls == null) {
            return;
        }
        boolean simple = tls.getMode() == ClientTLSMode.SIMPLE;
        boolean mutual = tls.getMode() == ClientTLSMode.MUTUAL;
        boolean secret = !tls.getCredentialName().isEmpty();
        if (tls.getCredentialName().startsWith(CONFIG_MAP)) {
            String[] parts =
                    tls.getCredentialName().substring(CONFIG_MAP.length()).split("/", -1);
            boolean own = parts.length > 1 && parts[0].equals(namespace) && !parts[1].isEmpty();
            problems.at("credentialName")
                    .require(
                            own, "\"" + tls.getCredentialName() + "\" (expected: " + CONFIG_MAP + namespace + "/name)");
        }
        if (Boolean.TRUE.equals(tls.getInsecureSkipVerify()) && (simple || mutual)) {
            boolean verifies = !tls.getCaCertificates().isEmpty()
                    || !tls.getSubjectAltNames().isEmpty()
                    || (simple && secret);
            problems.at("insecureSkipVerify")
                    .require(!verifies, "true beside what would verify (expected: one of them)");
        }
        if (secret && (simple || mutual)) {
            boolean files = !tls.getClientCertificate().isEmpty()
                    || !tls.getCaCertificates().isEmpty()
                    || !tls.getPrivateKey().isEmpty()
                    || !tls.getCaCrl().isEmpty();
            problems.at("credentialName").require(!files, "beside files (expected: one of them)");
        } else if (mutual) {
            problems.at("clientCertificate")
                    .require(!tls.getClientCertificate().isEmpty(), "is missing (expected for MUTUAL)");
            problems.at("privateKey").require(!tls.getPrivateKey().isEmpty(), "is missing (expected for MUTUAL)");
        }
    }
}
