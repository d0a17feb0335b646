package weft.routing.validate;

import org.jspecify.annotations.Nullable;
import weft.schema.ServerTLSCertificate;
import weft.schema.ServerTLSMode;
import weft.schema.ServerTLSSettings;
import weft.schema.TLSProtocol;

/** TLS on the accepting side. Thread-safe: functions only. */
final class ServerTls {
    private static final int CERTIFICATES = 2;

    private ServerTls() {}

    static void check(@Nullable ServerTLSSettings tls, Problems problems) {
        if (tls == null) {
            return;
        }
        TLSProtocol least = tls.getMinProtocolVersion();
        if ((least == TLSProtocol.TLSV1_0 || least == TLSProtocol.TLSV1_1)
                && tls.getCipherSuites().isEmpty()) {
            problems.at("minProtocolVersion").warning(least + " needs cipherSuites of its time");
        }
        CipherSuites.check(tls.getCipherSuites(), problems);
        boolean hasSecret =
                !tls.getCredentialName().isEmpty() || !tls.getCredentialNames().isEmpty();
        boolean hasFiles = !tls.getServerCertificate().isEmpty()
                || !tls.getPrivateKey().isEmpty()
                || !tls.getCaCertificates().isEmpty()
                || !tls.getTlsCertificates().isEmpty();
        switch (tls.getMode()) {
            case ISTIO_MUTUAL ->
                problems.require(
                        !hasSecret && !hasFiles, "ISTIO_MUTUAL with certificates (expected: none, the mesh has them)");
            case PASSTHROUGH, AUTO_PASSTHROUGH -> {
                if (hasSecret || hasFiles || !tls.getCaCrl().isEmpty()) {
                    problems.warning(tls.getMode() + " uses no certificates; these have no effect");
                }
                sources(tls, problems);
                problems.at("caCrl")
                        .require(
                                tls.getCaCrl().isEmpty()
                                        || tls.getCredentialName().isEmpty(),
                                "beside credentialName (expected: inside the credential)");
            }
            case SIMPLE, MUTUAL, OPTIONAL_MUTUAL -> {
                sources(tls, problems);
                if (!hasSecret) {
                    files(tls, problems);
                }
            }
        }
    }

    private static void sources(ServerTLSSettings tls, Problems problems) {
        int sources = 0;
        sources += !tls.getServerCertificate().isEmpty() && !tls.getPrivateKey().isEmpty() ? 1 : 0;
        sources += tls.getCredentialName().isEmpty() ? 0 : 1;
        sources += tls.getCredentialNames().isEmpty() ? 0 : 1;
        sources += tls.getTlsCertificates().isEmpty() ? 0 : 1;
        problems.require(
                sources <= 1,
                "certificates from " + sources
                        + " sources (expected: credentialName, credentialNames, tlsCertificates or files)");
    }

    private static void files(ServerTLSSettings tls, Problems problems) {
        ServerTLSMode mode = tls.getMode();
        problems.at("caCertificates")
                .require(
                        mode == ServerTLSMode.SIMPLE || !tls.getCaCertificates().isEmpty(),
                        "is missing (expected for " + mode + ")");
        if (tls.getTlsCertificates().isEmpty()) {
            pair(tls.getServerCertificate(), tls.getPrivateKey(), mode, problems);
        }
        if (tls.getTlsCertificates().size() > CERTIFICATES) {
            problems.at("tlsCertificates").warning("only " + CERTIFICATES + " are used");
        }
        for (ServerTLSCertificate certificate : tls.getTlsCertificates()) {
            pair(certificate.getServerCertificate(), certificate.getPrivateKey(), mode, problems.at("tlsCertificates"));
        }
        problems.at("caCrl")
                .require(
                        tls.getCaCrl().isEmpty() || mode != ServerTLSMode.SIMPLE, "set with SIMPLE (expected: MUTUAL)");
    }

    private static void pair(String certificate, String key, ServerTLSMode mode, Problems problems) {
        problems.at("serverCertificate").require(!certificate.isEmpty(), "is missing (expected for " + mode + ")");
        problems.at("privateKey").require(!key.isEmpty(), "is missing (expected for " + mode + ")");
    }
}
