package weft.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Finds the shared conformance cases, which lie beside the repository; tests are skipped without them. */
public final class Conformance {
    private Conformance() {}

    public static JsonNode json(String name) {
        Path file = folder().resolve("cases").resolve(name);
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

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

    /** An array of this one node, or of nothing for none. */
    public static JsonNode array(@Nullable JsonNode item) {
        ArrayNode array = new ObjectMapper().createArrayNode();
        return item == null || item.isNull() ? array : array.add(item);
    }

    /** An object of this one field. */
    public static JsonNode object(String field, @Nullable JsonNode value) {
        return new ObjectMapper().createObjectNode().set(field, value == null ? array(null) : value);
    }
}
