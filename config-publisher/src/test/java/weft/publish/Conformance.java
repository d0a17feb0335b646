package weft.publish;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Finds the shared conformance cases, which lie beside the repository; tests are skipped without them. */
public final class Conformance {
    private Conformance() {}

    /** The folder {@code WEFT_CONFORMANCE} names, or the first {@code shared/conformance} upwards from here. */
    public static Path folder() {
        String set = System.getProperty("WEFT_CONFORMANCE", System.getenv("WEFT_CONFORMANCE"));
        if (set != null) {
            return Path.of(set);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path folder = at.resolve("shared").resolve("conformance");
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        Assumptions.abort("no shared/conformance folder above " + Path.of("").toAbsolutePath());
        throw new IllegalStateException();
    }

    /** Every rule file below a folder of the cases, in order. */
    public static List<Path> yamlFiles(String below) {
        try (Stream<Path> walk = Files.walk(folder().resolve(below))) {
            return walk.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(yaml|yml|json)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
