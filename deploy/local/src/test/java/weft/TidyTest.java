package weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a reader can count on in every source file. */
class TidyTest {
    private static final int LINES_MAX = 400;

    @Test
    void filesAreShort() throws IOException {
        assertThat(sources().filter(file -> lines(file).size() > LINES_MAX)).isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        assertThat(sources()
                        .filter(file -> !file.endsWith("TidyTest.java"))
                        .filter(file -> lines(file).stream()
                                .anyMatch(line ->
                                        line.contains("TODO") || line.contains("FIXME") || line.contains("@Disabled"))))
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIs() throws IOException {
        List<Path> silent = sources()
                .filter(file -> file.toString().contains("src/main/java"))
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                .collect(Collectors.toList());
        assertThat(silent).isEmpty();
    }

    private static Stream<Path> sources() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("schemas/pom.xml"))) {
            root = root.getParent();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList()
                    .stream();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
