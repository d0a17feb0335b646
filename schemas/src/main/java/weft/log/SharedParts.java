package weft.log;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Lets decoded rules have in common what is equal in them. Confined to one thread.
 *
 * <p>Most lists and maps of a rule are empty, and most of its texts (namespaces, gateways, labels) stand in thousands of
 * others: two thirds of what Avro's reader allocates for a rule of a large mesh, and of what a compilation would have to
 * look at in memory. Lists and maps that come out of here refuse to be written to.
 */
final class SharedParts {
    /** How many texts are remembered, the latest of each hash: a power of two. */
    private static final int TEXTS = 1 << 12;

    /** Longer ones are seldom equal. */
    private static final int LONGEST_TEXT = 64;

    private final @Nullable String[] texts = new String[TEXTS];

    /** The record itself, with its parts replaced by equal ones. */
    SpecificRecord in(SpecificRecord record) {
        share(record);
        return record;
    }

    private void share(IndexedRecord record) {
        int fields = record.getSchema().getFields().size();
        for (int i = 0; i < fields; i++) {
            Object before = record.get(i);
            Object after = shared(before);
            if (after != before) {
                record.put(i, after);
            }
        }
    }

    private @Nullable Object shared(@Nullable Object value) {
        if (value instanceof String text) {
            return text(text);
        }
        if (value instanceof IndexedRecord part) {
            share(part);
            return part;
        }
        if (value instanceof List<?> list) {
            return list(list);
        }
        return value instanceof Map<?, ?> map ? map(map) : value;
    }

    private String text(String text) {
        if (text.isEmpty()) {
            return "";
        }
        if (text.length() > LONGEST_TEXT) {
            return text;
        }
        int hash = text.hashCode();
        int place = (hash ^ hash >>> 16) & TEXTS - 1;
        String known = texts[place];
        if (text.equals(known)) {
            return known;
        }
        texts[place] = text;
        return text;
    }

    @SuppressWarnings("unchecked") // each element is replaced by one of its own kind
    private Object list(List<?> list) {
        if (list.isEmpty()) {
            return Collections.emptyList();
        }
        if (list.size() == 1) {
            return Collections.singletonList(shared(list.get(0)));
        }
        ((List<Object>) list).replaceAll(this::shared);
        return Collections.unmodifiableList(list);
    }

    @SuppressWarnings("unchecked") // each value is replaced by one of its own kind
    private Object map(Map<?, ?> map) {
        if (map.isEmpty()) {
            return Collections.emptyMap();
        }
        if (map.size() == 1) {
            Map.Entry<?, ?> only = map.entrySet().iterator().next();
            return Collections.singletonMap(shared(only.getKey()), shared(only.getValue()));
        }
        ((Map<Object, Object>) map).replaceAll((key, value) -> shared(value));
        return Collections.unmodifiableMap(map);
    }
}
