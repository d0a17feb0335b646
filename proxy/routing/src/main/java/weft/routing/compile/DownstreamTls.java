package weft.routing.compile;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import weft.routing.snapshot.ServerTls;
import weft.routing.snapshot.ServerTls.CertificateFiles;
import weft.routing.snapshot.ServerTls.ClientCheck;
import weft.routing.snapshot.ServerTls.Mode;
import weft.routing.snapshot.ServerTls.Version;
import weft.schema.ServerTLSCertificate;
import weft.schema.ServerTLSSettings;
import weft.schema.TLSProtocol;

/** ServerTLSSettings to {@link ServerTls}. Thread-safe: functions only. */
final class DownstreamTls {
    private DownstreamTls() {}

    /** Secrets win over files, as in Istio; with none of both the server has no certificate to show. */
    static ServerTls compile(ServerTLSSettings tls) {
        List<String> credentials =
                tls.getCredentialName().isEmpty() ? tls.getCredentialNames() : List.of(tls.getCredentialName());
        return new ServerTls(
                mode(tls),
                credentials,
                credentials.isEmpty() ? files(tls) : List.of(),
                clients(tls),
                version(tls.getMinProtocolVersion(), Version.TLSV1_2),
                version(tls.getMaxProtocolVersion(), Version.TLSV1_3),
                List.copyOf(new LinkedHashSet<>(tls.getCipherSuites())));
    }

    private static Mode mode(ServerTLSSettings tls) {
        return switch (tls.getMode()) {
            case MUTUAL -> Mode.MUTUAL;
            case OPTIONAL_MUTUAL -> Mode.OPTIONAL_MUTUAL;
            case ISTIO_MUTUAL -> Mode.ISTIO_MUTUAL;
            default -> Mode.SIMPLE;
        };
    }

    private static List<CertificateFiles> files(ServerTLSSettings tls) {
        List<CertificateFiles> files = new ArrayList<>();
        for (ServerTLSCertificate one : tls.getTlsCertificates()) {
            files.add(new CertificateFiles(one.getServerCertificate(), one.getPrivateKey()));
        }
        if (files.isEmpty() && !tls.getServerCertificate().isEmpty()) {
            files.add(new CertificateFiles(tls.getServerCertificate(), tls.getPrivateKey()));
        }
        return files;
    }

    private static ClientCheck clients(ServerTLSSettings tls) {
        String authorities = tls.getCaCertificates();
        for (ServerTLSCertificate one : tls.getTlsCertificates()) {
            authorities = authorities.isEmpty() ? one.getCaCertificates() : authorities;
        }
        return new ClientCheck(
                authorities,
                tls.getCaCrl(),
                tls.getCaCertCredentialName(),
                tls.getSubjectAltNames(),
                tls.getVerifyCertificateSpki(),
                tls.getVerifyCertificateHash(),
                Boolean.TRUE.equals(tls.getInsecureSkipVerify()));
    }

    private static Version version(TLSProtocol protocol, Version unset) {
        return switch (protocol) {
            case TLS_AUTO -> unset;
            case TLSV1_0 -> Version.TLSV1_0;
            case TLSV1_1 -> Version.TLSV1_1;
            case TLSV1_2 -> Version.TLSV1_2;
            case TLSV1_3 -> Version.TLSV1_3;
        };
    }
}
