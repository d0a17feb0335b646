package weft.routing.snapshot;

import java.util.List;

/**
 * How a gateway ends TLS, as its Gateway says. Immutable.
 *
 * @param credentialNames secrets by name, one for each kind of key; empty when files are named
 * @param certificates files, one pair for each kind of key; empty when secrets are named
 * @param clients how certificates of clients are checked
 * @param minVersion lowest version spoken, TLS 1.2 unless the rule says otherwise
 * @param maxVersion highest version spoken
 * @param cipherSuites OpenSSL names in order of preference, for TLS 1.2 and below; empty for the default ones
 */
public record ServerTls(
        Mode mode,
        List<String> credentialNames,
        List<CertificateFiles> certificates,
        ClientCheck clients,
        Version minVersion,
        Version maxVersion,
        List<String> cipherSuites) {

    /** What is asked of the client: nothing, its certificate, one if it has it, one of the mesh. */
    public enum Mode {
        SIMPLE,
        MUTUAL,
        OPTIONAL_MUTUAL,
        ISTIO_MUTUAL
    }

    /** Versions of TLS, oldest first. */
    public enum Version {
        TLSV1_0,
        TLSV1_1,
        TLSV1_2,
        TLSV1_3
    }

    /** Paths of a certificate chain and its key. Immutable. */
    public record CertificateFiles(String certificate, String privateKey) {}

    /**
     * What the certificate of a client must be. Immutable.
     *
     * @param caCertificates file of the authorities; empty when they come with a secret, or none is asked
     * @param caCrl file of revoked certificates; empty for none
     * @param caCredentialName secret of the authorities, in place of the one named after the server's; empty for that
     * @param subjectAltNames names of which it must carry one; empty for any
     * @param spkiHashes SHA-256 of keys of which it must have one, base64; empty for any
     * @param certificateHashes SHA-256 of certificates of which it must be one, hex; empty for any
     * @param isUnchecked whether any certificate will do
     */
    public record ClientCheck(
            String caCertificates,
            String caCrl,
            String caCredentialName,
            List<String> subjectAltNames,
            List<String> spkiHashes,
            List<String> certificateHashes,
            boolean isUnchecked) {
        public ClientCheck {
            subjectAltNames = List.copyOf(subjectAltNames);
            spkiHashes = List.copyOf(spkiHashes);
            certificateHashes = List.copyOf(certificateHashes);
        }
    }

    public ServerTls {
        credentialNames = List.copyOf(credentialNames);
        certificates = List.copyOf(certificates);
        cipherSuites = List.copyOf(cipherSuites);
    }
}
