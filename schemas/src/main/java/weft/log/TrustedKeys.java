package weft.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.rules.Ownership;

/**
 * The public keys whose bundles count. Confined to its owner's thread.
 *
 * <p>They come from a PEM file, or from every {@code *.pem} of a folder; the name of a key is its file's without the
 * ending. A key that is not known makes the files be read again, now and then, so that a new one needs no restart.
 */
public final class TrustedKeys {
    /** Nobody's bundles are asked for a signature. */
    public static final TrustedKeys NONE = new TrustedKeys(null, Map.of(), Ownership.NONE);

    private static final Logger LOG = LoggerFactory.getLogger(TrustedKeys.class);
    private static final String ENDING = ".pem";
    private static final long RELOAD_NANOS = 10_000_000_000L;

    /** A key and what people call it. */
    public record Named(String name, PublicKey key) {}

    private final @Nullable Path path;
    private final Ownership ownership;
    private Map<String, Named> keys;
    private long loadedNanos = System.nanoTime();

    private TrustedKeys(@Nullable Path path, Map<String, Named> keys, Ownership ownership) {
        this.path = path;
        this.ownership = ownership;
        this.keys = keys;
    }

    /**
     * Reads a file of keys, or a folder of such files.
     *
     * @throws IllegalArgumentException when there is no key, or something else; the message is for people
     */
    public static TrustedKeys load(Path path) {
        return new TrustedKeys(path, read(path), Ownership.NONE);
    }

    /**
     * The same keys, each for the namespaces that it may publish into.
     *
     * @throws IllegalArgumentException when namespaces ask for keys of their own, and none are trusted
     */
    public TrustedKeys within(Ownership limits) {
        if (limits.limitsKeys() && !isRequired()) {
            throw new IllegalArgumentException("the ownership file names keys: give --trusted-keys too");
        }
        return new TrustedKeys(path, keys, limits);
    }

    public Ownership ownership() {
        return ownership;
    }

    private static Map<String, Named> read(Path path) {
        Map<String, Named> keys = new TreeMap<>();
        for (Path file : Files.isDirectory(path) ? pemFiles(path) : List.of(path)) {
            String fileName = String.valueOf(file.getFileName());
            String name =
                    fileName.endsWith(ENDING) ? fileName.substring(0, fileName.length() - ENDING.length()) : fileName;
            PemKeys.publicKeys(file).forEach(key -> keys.put(PemKeys.id(key), new Named(name, key)));
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(path + ": no keys (expected: at least one *.pem)");
        }
        return keys;
    }

    private static List<Path> pemFiles(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + ENDING)) {
            all.forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Collections.sort(files);
        return files;
    }

    /** Whether bundles are asked for a signature at all. */
    public boolean isRequired() {
        return path != null;
    }

    /** The keys by id. */
    public Map<String, Named> all() {
        return Collections.unmodifiableMap(keys);
    }

    @Nullable
    Named find(String id) {
        Named found = keys.get(id);
        if (found == null && path != null && System.nanoTime() - loadedNanos > RELOAD_NANOS) {
            loadedNanos = System.nanoTime();
            try {
                keys = read(path);
            } catch (IllegalArgumentException | UncheckedIOException e) {
                LOG.warn("trusted keys could not be read again error={}", e.getMessage());
            }
            found = keys.get(id);
        }
        return found;
    }
}
