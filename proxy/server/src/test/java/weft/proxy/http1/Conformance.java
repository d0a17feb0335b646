package weft.proxy.http1;

import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Cases that nobody on the project wrote; tests that need them are skipped where the folder is missing. */
final class Conformance {
    private Conformance() {}

    static List<JsonNode> lines(String file) {
        Path path = folder().resolve(file);
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> nodes = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(path)) {
                nodes.add(json.readTree(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return nodes;
    }

    /** The exact bytes, one array per write. */
    static List<byte[]> raw(JsonNode node) {
        JsonNode raw = node.get("raw_b64");
        List<byte[]> writes = new ArrayList<>();
        if (raw.isArray()) {
            raw.forEach(part -> writes.add(Base64.getDecoder().decode(part.asText())));
        } else {
            writes.add(Base64.getDecoder().decode(raw.asText()));
        }
        return writes;
    }

    private static Path folder() {
        String configured = System.getProperty("weft.conformance", System.getenv("WEFT_CONFORMANCE"));
        if (configured != null) {
            return Path.of(configured);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/conformance");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        return abort("no shared/conformance folder above " + Path.of("").toAbsolutePath());
    }
}
