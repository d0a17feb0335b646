package weft.log;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a newer build says in a rule that this build has no word for: a field, an enum symbol, a member of a union.
 * Thread-safe.
 *
 * <p>Avro's resolution passes over a field that the reader does not know, and reads an unknown symbol as the enum's
 * default; a rule read so would say something else than its author did. Such a rule is refused instead, alone. A field
 * that has its default says nothing, and one with the property {@code advisory} nothing about traffic: neither counts.
 */
final class NewerWords {
    /** Marks fields that say nothing about traffic, as where a rule was written down. */
    private static final String ADVISORY = "advisory";
    /** Of a place that is told to people; keys of maps are whatever somebody wrote. */
    private static final int MAX_PLACE_LENGTH = 200;

    private final Schema writer;
    private final Schema reader;

    /** What was found, and where: {@code spec.http[0].novelty}. */
    private record Found(WireException.Code code, String word, String place) {
        Found within(String outer) {
            String joined = place.isEmpty() || place.startsWith("[") ? outer + place : outer + "." + place;
            return new Found(code, word, joined.length() > MAX_PLACE_LENGTH ? place : joined);
        }
    }

    private NewerWords(Schema writer, Schema reader) {
        this.writer = writer;
        this.reader = reader;
    }

    /** Null when the writer has no word that the reader lacks, or when it writes no rules. */
    static @Nullable NewerWords between(Schema writer, Schema reader) {
        if (reader.getField("metadata") == null || reader.getField("spec") == null) {
            return null;
        }
        return hasMore(writer, reader, new HashSet<>()) ? new NewerWords(writer, reader) : null;
    }

    private static boolean hasMore(Schema theirs, Schema ours, Set<String> visited) {
        if (theirs.getType() == Schema.Type.UNION) {
            return theirs.getTypes().stream().anyMatch(branch -> {
                Schema known = branchOf(ours, branch);
                return known == null || hasMore(branch, known, visited);
            });
        }
        Schema known = branchOf(ours, theirs);
        if (known == null) {
            return false; // Avro says that this is no version of the field
        }
        return switch (theirs.getType()) {
            case ENUM -> !known.getEnumSymbols().containsAll(theirs.getEnumSymbols());
            case ARRAY -> hasMore(theirs.getElementType(), known.getElementType(), visited);
            case MAP -> hasMore(theirs.getValueType(), known.getValueType(), visited);
            case RECORD ->
                visited.add(theirs.getFullName())
                        && theirs.getFields().stream().anyMatch(field -> {
                            Schema.Field same = sameField(field, known);
                            return !isAdvisory(field)
                                    && (same == null || hasMore(field.schema(), same.schema(), visited));
                        });
            default -> false;
        };
    }

    private static boolean isAdvisory(Schema.Field field) {
        return Boolean.TRUE.equals(field.getObjectProp(ADVISORY));
    }

    private static Schema.@Nullable Field sameField(Schema.Field theirs, Schema ours) {
        Schema.Field named = ours.getField(theirs.name());
        if (named != null) {
            return named;
        }
        return ours.getFields().stream()
                .filter(field -> field.aliases().contains(theirs.name()))
                .findFirst()
                .orElse(null);
    }

    /** What the reader makes of a type of the writer; null when it has none like it. */
    private static @Nullable Schema branchOf(Schema ours, Schema theirs) {
        if (ours.getType() != Schema.Type.UNION) {
            return isLike(ours, theirs) ? ours : null;
        }
        return ours.getTypes().stream()
                .filter(each -> isLike(each, theirs))
                .findFirst()
                .orElse(null);
    }

    private static boolean isLike(Schema ours, Schema theirs) {
        return switch (theirs.getType()) {
            case RECORD, ENUM, FIXED ->
                ours.getType() == theirs.getType() && ours.getName().equals(theirs.getName());
            case ARRAY, MAP, UNION -> ours.getType() == theirs.getType();
            default ->
                ours.getType() == theirs.getType()
                        || SchemaCompatibility.checkReaderWriterCompatibility(ours, theirs)
                                        .getType()
                                == SchemaCompatibilityType.COMPATIBLE;
        };
    }

    /**
     * Looks through a body.
     *
     * @throws WireException when it says something this build has no word for; the message says what and where
     */
    void require(byte[] bytes, int offset) throws IOException, WireException {
        Object value = new GenericDatumReader<>(writer)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, null));
        Found found = find(value, writer, reader);
        if (found != null) {
            throw new WireException(
                    found.code(),
                    "written by a newer weft: " + found.word() + found.place() + " is not known to this build");
        }
    }

    private static @Nullable Found find(@Nullable Object value, Schema theirs, Schema ours) {
        if (theirs.getType() == Schema.Type.UNION) {
            Schema branch = theirs.getTypes().get(GenericData.get().resolveUnion(theirs, value));
            Schema known = branchOf(ours, branch);
            return known == null
                    ? new Found(WireException.Code.UNKNOWN_TYPE, branch.getName() + " at ", "")
                    : find(value, branch, known);
        }
        Schema known = branchOf(ours, theirs);
        if (known == null) {
            return null;
        }
        if (value instanceof IndexedRecord record) {
            return inRecord(record, theirs, known);
        }
        if (value instanceof GenericData.EnumSymbol symbol) {
            return known.hasEnumSymbol(symbol.toString())
                    ? null
                    : new Found(WireException.Code.UNKNOWN_SYMBOL, theirs.getName() + "." + symbol + " at ", "");
        }
        if (value instanceof Collection<?> items) {
            int index = 0;
            for (Object item : items) {
                Found found = find(item, theirs.getElementType(), known.getElementType());
                if (found != null) {
                    return found.within("[" + index + "]");
                }
                index++;
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Found found = find(entry.getValue(), theirs.getValueType(), known.getValueType());
                if (found != null) {
                    return found.within("[" + entry.getKey() + "]");
                }
            }
        }
        return null;
    }

    private static @Nullable Found inRecord(IndexedRecord record, Schema theirs, Schema ours) {
        for (Schema.Field field : theirs.getFields()) {
            if (isAdvisory(field)) {
                continue;
            }
            Object value = record.get(field.pos());
            Schema.Field same = sameField(field, ours);
            Found found = same != null
                    ? find(value, field.schema(), same.schema())
                    : isDefault(value, field) ? null : new Found(WireException.Code.UNKNOWN_FIELD, "field ", "");
            if (found != null) {
                return found.within(field.name());
            }
        }
        return null;
    }

    private static boolean isDefault(@Nullable Object value, Schema.Field field) {
        return field.hasDefaultValue()
                && Objects.equals(value, GenericData.get().getDefaultValue(field));
    }
}
