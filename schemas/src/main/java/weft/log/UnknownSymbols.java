package weft.log;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finds enum symbols of a newer build in its rules. Thread-safe.
 *
 * <p>Avro reads a symbol that the reader does not know as the enum's default; a rule read so would say something else than
 * its author did. Such a rule is refused instead, alone.
 */
final class UnknownSymbols {
    private final Schema writer;
    /** Symbols of this build by the enum's full name, for those enums where the writer has more. */
    private final Map<String, Set<String>> known;

    private UnknownSymbols(Schema writer, Map<String, Set<String>> known) {
        this.writer = writer;
        this.known = known;
    }

    /** Null when the writer has no symbol that the reader lacks, or when it writes no rules. */
    static @Nullable UnknownSymbols between(Schema writer, Schema reader) {
        if (reader.getField("metadata") == null || reader.getField("spec") == null) {
            return null;
        }
        Map<String, Set<String>> ours = new HashMap<>();
        collect(reader, ours, new HashSet<>());
        Map<String, Set<String>> theirs = new HashMap<>();
        collect(writer, theirs, new HashSet<>());
        ours.entrySet().removeIf(e -> e.getValue().containsAll(theirs.getOrDefault(e.getKey(), Set.of())));
        return ours.isEmpty() ? null : new UnknownSymbols(writer, ours);
    }

    private static void collect(Schema schema, Map<String, Set<String>> symbols, Set<String> visited) {
        switch (schema.getType()) {
            case ENUM -> symbols.put(schema.getFullName(), Set.copyOf(schema.getEnumSymbols()));
            case RECORD -> {
                if (visited.add(schema.getFullName())) {
                    schema.getFields().forEach(field -> collect(field.schema(), symbols, visited));
                }
            }
            case ARRAY -> collect(schema.getElementType(), symbols, visited);
            case MAP -> collect(schema.getValueType(), symbols, visited);
            case UNION -> schema.getTypes().forEach(each -> collect(each, symbols, visited));
            default -> {}
        }
    }

    /** The first symbol in a body that this build does not know, as {@code TlsMode.NOVEL}; null when there is none. */
    @Nullable
    String first(byte[] bytes, int offset) throws IOException {
        Object value = new GenericDatumReader<>(writer)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, null));
        return first(value);
    }

    private @Nullable String first(@Nullable Object value) {
        if (value instanceof GenericData.EnumSymbol symbol) {
            Set<String> ours = known.get(symbol.getSchema().getFullName());
            return ours == null || ours.contains(symbol.toString())
                    ? null
                    : symbol.getSchema().getName() + "." + symbol;
        }
        if (value instanceof IndexedRecord record) {
            for (Schema.Field field : record.getSchema().getFields()) {
                String found = first(record.get(field.pos()));
                if (found != null) {
                    return found;
                }
            }
        } else if (value instanceof Collection<?> items) {
            return firstOf(items);
        } else if (value instanceof Map<?, ?> map) {
            return firstOf(map.values());
        }
        return null;
    }

    private @Nullable String firstOf(Collection<?> items) {
        for (Object item : items) {
            String found = first(item);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
