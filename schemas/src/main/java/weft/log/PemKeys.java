package weft.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ed25519 keys in PEM, as openssl writes them: {@code PRIVATE KEY} (PKCS#8) and {@code PUBLIC KEY}. Thread-safe. */
public final class PemKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final int ID_BYTES = 8;
    /** Keys are small; a larger file is something else. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    private PemKeys() {}

    /** How a key is called on the log: the first 16 hex digits of the SHA-256 of its public half. */
    public static String id(PublicKey key) {
        return HexFormat.of().formatHex(StateDigest.sha256().digest(key.getEncoded()), 0, ID_BYTES);
    }

    /** A new pair. */
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
        }
    }

    /** The private key as PEM. */
    public static String text(PrivateKey key) {
        return block(PRIVATE, key.getEncoded());
    }

    /** The public key as PEM. */
    public static String text(PublicKey key) {
        return block(PUBLIC, key.getEncoded());
    }

    private static String block(String type, byte[] content) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }

    /**
     * Reads a signing key: a private key and its public half in one file.
     *
     * @throws IllegalArgumentException when the file is not that; the message is for people
     */
    public static KeyPair pair(Path file) {
        String text = read(file);
        List<byte[]> privates = blocks(text, PRIVATE);
        List<PublicKey> publics = publicKeys(file, text);
        if (privates.size() != 1 || publics.size() != 1) {
            throw new IllegalArgumentException(file + ": " + privates.size() + " private and " + publics.size()
                    + " public keys (expected: one of each, as \"weft keys generate\" writes them)");
        }
        try {
            PrivateKey key =
                    KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(privates.get(0)));
            return new KeyPair(publics.get(0), key);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(file + ": not an Ed25519 private key: " + e.getMessage(), e);
        }
    }

    /**
     * Reads every public key of a file.
     *
     * @throws IllegalArgumentException when one is not Ed25519, or when there is none
     */
    static List<PublicKey> publicKeys(Path file) {
        List<PublicKey> keys = publicKeys(file, read(file));
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(file + ": no public key (expected: -----BEGIN PUBLIC KEY-----)");
        }
        return keys;
    }

    private static List<PublicKey> publicKeys(Path file, String text) {
        List<PublicKey> keys = new ArrayList<>();
        for (byte[] each : blocks(text, PUBLIC)) {
            try {
                keys.add(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(each)));
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException(file + ": not an Ed25519 public key: " + e.getMessage(), e);
            }
        }
        return keys;
    }

    private static List<byte[]> blocks(String text, String type) {
        List<byte[]> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(type)) {
                blocks.add(Base64.getMimeDecoder().decode(matcher.group(2)));
            }
        }
        return blocks;
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException(
                        file + ": too large for keys (at most: " + MAX_FILE_BYTES + " bytes)");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
