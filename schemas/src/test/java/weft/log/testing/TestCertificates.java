package weft.log.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An authority that signs certificates for an hour, and what it signs, in PEM as Kafka takes it. Thread-safe.
 *
 * <p>Written out in DER by hand: the JDK reads certificates but has no public way to make one.
 */
public final class TestCertificates {
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final byte[] ECDSA_WITH_SHA256 = sequence(hex("06082a8648ce3d040302"));
    private static final byte[] COMMON_NAME = hex("0603550403");
    private static final byte[] BASIC_CONSTRAINTS = hex("0603551d13");
    private static final byte[] SUBJECT_ALT_NAME = hex("0603551d11");
    private static final AtomicInteger SERIALS = new AtomicInteger();

    private final String name;
    private final KeyPair keys = keyPair();
    private final String certificate;

    /** A new authority, which nobody trusts yet. */
    public TestCertificates(String name) {
        this.name = name;
        this.certificate = pem("CERTIFICATE", sign(name, keys, null));
    }

    /** Client properties that trust only whom this authority signed. */
    public Map<String, String> trust() {
        return Map.of("ssl.truststore.type", "PEM", "ssl.truststore.certificates", certificate);
    }

    /**
     * Properties of whom this authority vouches for.
     *
     * @param host that the holder serves, an IPv4 address; null for a client
     */
    public Map<String, String> identity(String commonName, @Nullable String host) {
        KeyPair own = keyPair();
        return Map.of(
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.certificate.chain",
                pem("CERTIFICATE", sign(commonName, own, host)),
                "ssl.keystore.key",
                pem("PRIVATE KEY", own.getPrivate().getEncoded()));
    }

    private byte[] sign(String subject, KeyPair holder, @Nullable String host) {
        Instant now = Instant.now();
        byte[] extension = subject.equals(name)
                ? sequence(BASIC_CONSTRAINTS, hex("0101ff"), tagged(0x04, sequence(hex("0101ff"))))
                : host == null
                        ? new byte[0]
                        : sequence(SUBJECT_ALT_NAME, tagged(0x04, sequence(tagged(0x87, address(host)))));
        byte[] body = sequence(
                tagged(0xa0, hex("020102")),
                tagged(0x02, new byte[] {(byte) (SERIALS.incrementAndGet() & 0x7f)}),
                ECDSA_WITH_SHA256,
                distinguished(name),
                sequence(time(now.minusSeconds(3_600)), time(now.plusSeconds(3_600))),
                distinguished(subject),
                holder.getPublic().getEncoded(),
                extension.length == 0 ? extension : tagged(0xa3, sequence(extension)));
        return sequence(body, ECDSA_WITH_SHA256, tagged(0x03, new byte[1], signature(keys.getPrivate(), body)));
    }

    private static byte[] address(String host) {
        String[] parts = host.split("\\.");
        byte[] address = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }

    private static byte[] distinguished(String commonName) {
        byte[] text = tagged(0x0c, commonName.getBytes(StandardCharsets.UTF_8));
        return sequence(tagged(0x31, sequence(COMMON_NAME, text)));
    }

    private static byte[] time(Instant moment) {
        return tagged(0x17, UTC_TIME.format(moment).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] sequence(byte[]... parts) {
        return tagged(0x30, parts);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            out.writeBytes(length < 0x100 ? hex("81") : hex("82"));
            if (length >= 0x100) {
                out.write(length >> 8);
            }
            out.write(length & 0xff);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signature(PrivateKey key, byte[] body) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(body);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(String kind, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }
}
