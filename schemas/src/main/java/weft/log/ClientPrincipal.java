package weft.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is to the brokers, from its own properties: Kafka has no way to ask. It is a guess where the brokers map names, and unknown
 * where the name is inside a token. Thread-safe.
 */
final class ClientPrincipal {
    private static final Pattern USERNAME = Pattern.compile("\\busername=(?:\"([^\"]*)\"|([^\\s;]+))");

    private ClientPrincipal() {}

    /** As {@code User:NAME}; empty when it cannot be told. */
    static String of(Map<String, Object> kafka) {
        String protocol = text(kafka, "security.protocol", "PLAINTEXT");
        String name = "";
        if (protocol.startsWith("SASL_")) {
            Matcher username = USERNAME.matcher(text(kafka, "sasl.jaas.config", ""));
            name = username.find() ? String.valueOf(username.group(username.group(1) != null ? 1 : 2)) : "";
        } else if (protocol.equals("SSL")) {
            X509Certificate own = certificate(kafka);
            name = own == null ? "" : own.getSubjectX500Principal().getName();
        }
        return name.isEmpty() ? "" : "User:" + name;
    }

    private static @Nullable X509Certificate certificate(Map<String, Object> kafka) {
        String location = text(kafka, "ssl.keystore.location", "");
        String chain = text(kafka, "ssl.keystore.certificate.chain", "");
        try {
            if (!text(kafka, "ssl.keystore.type", "JKS").equals("PEM")) {
                KeyStore store = KeyStore.getInstance(
                        Path.of(location).toFile(),
                        text(kafka, "ssl.keystore.password", "").toCharArray());
                for (String alias : Collections.list(store.aliases())) {
                    if (store.getCertificate(alias) instanceof X509Certificate own && store.isKeyEntry(alias)) {
                        return own;
                    }
                }
                return null;
            }
            String pem = chain.isEmpty() ? Files.readString(Path.of(location)) : chain;
            int begin = pem.indexOf("-----BEGIN CERTIFICATE-----");
            if (begin < 0) {
                return null;
            }
            InputStream in = new ByteArrayInputStream(pem.substring(begin).getBytes(StandardCharsets.UTF_8));
            Certificate first = CertificateFactory.getInstance("X.509").generateCertificate(in);
            return first instanceof X509Certificate own ? own : null;
        } catch (IOException | GeneralSecurityException | InvalidPathException e) {
            return null; // the client itself will say what is wrong with it
        }
    }

    private static String text(Map<String, Object> kafka, String key, String otherwise) {
        Object value = kafka.get(key);
        return value == null ? otherwise : value.toString();
    }
}
