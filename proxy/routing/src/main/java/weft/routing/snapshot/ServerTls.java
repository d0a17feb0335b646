package weft.routing.snapshot;

import java.util.List;

/**
 * How a gateway ends TLS, as its Gateway says. Immutable.
 *
 * @param credentialNames secrets by name; empty when files are named
 * @param caCertificates file of the authorities of clients, empty for none
 */
public record ServerTls(
        Mode mode, List<String> credentialNames, String serverCertificate, String privateKey, String caCertificates) {

    /** What is asked of the client: nothing, its certificate, one if it has it, one of the mesh. */
    public enum Mode {
        SIMPLE,
        MUTUAL,
        OPTIONAL_MUTUAL,
        ISTIO_MUTUAL
    }

    public ServerTls {
        credentialNames = List.copyOf(credentialNames);
    }
}
