package weft.log;

import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/** Reads a schema that somebody wrote to a topic: bounded in length and depth, as Avro's parser is not. Thread-safe. */
final class SchemaText {
    /** The largest schema of the mesh has a tenth of it. */
    static final int MAX_LENGTH = 1 << 20;
    /** The parser recurses; the mesh's own schemas are a tenth as deep. */
    static final int MAX_DEPTH = 300;

    private SchemaText() {}

    /** @throws org.apache.avro.AvroRuntimeException when the text is no schema, or beyond the bounds */
    static Schema parse(String json) {
        if (json.length() > MAX_LENGTH) {
            throw new SchemaParseException("length: " + json.length() + " (at most: " + MAX_LENGTH + ")");
        }
        int depth = 0;
        for (int i = 0; i < json.length(); i++) { // also inside of strings: no schema of ours has brackets there
            char c = json.charAt(i);
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
            if (depth > MAX_DEPTH) {
                throw new SchemaParseException("nested more than " + MAX_DEPTH + " deep");
            }
        }
        return new Schema.Parser().parse(json);
    }
}
