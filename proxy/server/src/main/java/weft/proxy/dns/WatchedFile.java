package weft.proxy.dns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a small file says, read again when it has changed. Confined to one thread.
 *
 * <p>A file that is not there says what an empty one would; one that cannot be read says what it said before.
 */
final class WatchedFile<T> {
    private static final long MAX_BYTES = 16L << 20;

    private final Path file;
    private final Function<String, T> parser;
    private T content;
    private @Nullable FileTime modified;
    private long size = -1;

    WatchedFile(Path file, Function<String, T> parser) {
        this.file = file;
        this.parser = parser;
        content = parser.apply("");
    }

    T content() {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            if (!now.lastModifiedTime().equals(modified) || now.size() != size) {
                modified = now.lastModifiedTime();
                size = now.size();
                if (size <= MAX_BYTES) {
                    content = parser.apply(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // the last content stands
        }
        return content;
    }
}
